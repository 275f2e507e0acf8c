// Light or dark is decided by what is painted behind the page, which is not always what the system prefers.

function followTheme() {
  const ink = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const system = matchMedia("(prefers-color-scheme: dark)"), root = document.documentElement;
  const frame = frameAround();

  function rgba(colour) {
    ink.clearRect(0, 0, 1, 1);
    ink.fillStyle = colour;
    ink.fillRect(0, 0, 1, 1);
    return ink.getImageData(0, 0, 1, 1).data;
  }

  function isDark() {
    for (let element = frame; element; element = element.parentElement) {
      const { backgroundColor } = element.ownerDocument.defaultView.getComputedStyle(element);
      const [red, green, blue, alpha] = rgba(backgroundColor);
      if (alpha > 127) return 0.299 * red + 0.587 * green + 0.114 * blue < 128;
    }
    return system.matches;
  }

  // A frame whose scheme is another than that of its element is painted opaque: its corners would be white on dark.
  function follow() {
    root.dataset.theme = isDark() ? "dark" : "light";
    if (frame) root.style.colorScheme = frame.ownerDocument.defaultView.getComputedStyle(frame).colorScheme;
  }

  system.addEventListener("change", follow); // not on(): the page of a training has this file without picture.js
  if (window.parent !== window) root.classList.add("framed");
  if (frame) watch(frame, () => { follow(); setTimeout(follow, 500); });
  follow();
}

// The frame's element; null for a page of its own, and where the page around must not be seen.
function frameAround() {
  try {
    return window.frameElement;
  } catch {
    return null;
  }
}

// A theme switch changes an attribute on some ancestor or swaps a style sheet, whose colours may arrive later.
function watch(frame, changed) {
  const watcher = new MutationObserver(changed);
  watcher.observe(frame.ownerDocument.head, { childList: true, subtree: true, attributes: true });
  for (let element = frame.parentElement; element; element = element.parentElement) watcher.observe(element, { attributes: true });
}

// The still picture that stands beside the frame for front ends without scripts: here there are some.
function hideStill() {
  const still = frameAround()?.closest(".glassgrad-page")?.querySelector("img");
  if (still) still.style.display = "none";
}
