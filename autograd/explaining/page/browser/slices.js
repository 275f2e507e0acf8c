// Work that may wait a moment: `count` things to do, numbered; a few milliseconds of every frame, once nobody has asked
// anew for a while. A number moved by hand is painted where it is seen, and this does the rest of the picture.

const CALM = 150, SLICE = 4; // milliseconds: until it begins, and of each frame

function makeSlices(count, act) {
  let next = count, timer = 0, frame = 0;

  function goTo(n) {
    clearTimeout(timer);
    cancelAnimationFrame(frame);
    next = n;
  }

  function slice() {
    const end = performance.now() + SLICE;
    while (next < count && performance.now() < end) act(next++);
    if (next < count) frame = requestAnimationFrame(slice);
  }

  // All of it again, from the first.
  function later() {
    goTo(0);
    timer = setTimeout(slice, CALM);
  }

  // What is still to be done, at once.
  function now() {
    while (next < count) act(next++);
  }

  return { later, now, drop: () => goTo(count), owed: () => next < count };
}
