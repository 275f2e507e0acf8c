// Mouse, pen and fingers on the picture: drag a knob, drag to pan, two fingers or the wheel to zoom, click to select.

function watchPointer(graph, camera, { knobAt, drag, clicked, over }) {
  const touches = new Map();
  let going = null, engaged = false;

  const distance = ([a, b]) => Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
  const middle = ([a, b]) => ({ clientX: (a.clientX + b.clientX) / 2, clientY: (a.clientY + b.clientY) / 2 });

  on(graph, "pointerdown", (event) => {
    if (event.target.closest("input, button, #map")) return;
    engaged = true;
    clearTimeout(waiting); // what is dragged is not looked at as well
    touches.set(event.pointerId, event);
    if (touches.size > 1) {
      going?.knob?.cancel();
      going = null;
      return;
    }
    const place = knobAt(event.target);
    going = { at: event, last: event, target: event.target, moved: false, knob: Number.isNaN(place) ? null : drag(place) };
  });

  on(graph, "pointermove", (event) => {
    if (touches.size === 2 && touches.has(event.pointerId)) pinch(event);
    else if (going && touches.has(event.pointerId)) dragged(event);
  });

  function pinch(event) {
    const before = [...touches.values()];
    touches.set(event.pointerId, event);
    const after = [...touches.values()], from = middle(before), to = middle(after);
    camera.pan(to.clientX - from.clientX, to.clientY - from.clientY);
    if (distance(before) > 0) camera.zoom(distance(after) / distance(before), ...camera.place(to));
  }

  function dragged(event) {
    const dx = event.clientX - going.at.clientX, dy = event.clientY - going.at.clientY;
    going.moved ||= Math.hypot(dx, dy) > 3;
    if (!going.moved) return;
    graph.setPointerCapture(event.pointerId); // only now: a captured click would no longer be one on a card
    if (going.knob) going.knob.move(dx, event.shiftKey);
    else camera.pan(event.clientX - going.last.clientX, event.clientY - going.last.clientY);
    going.last = event;
  }

  function released(event) {
    touches.delete(event.pointerId);
    if (going && !going.moved) {
      going.knob?.cancel();
      if (event.type === "pointerup") clicked(going.target);
    }
    going = null;
  }
  on(graph, "pointerup", released);
  on(graph, "pointercancel", released);

  // In a notebook the wheel scrolls the notebook until the picture has been clicked.
  on(graph, "pointerleave", () => { engaged = false; });
  on(graph, "wheel", (event) => {
    if (!engaged && !event.ctrlKey && window.parent !== window) return;
    event.preventDefault();
    camera.zoom(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0015)), ...camera.place(event));
  }, { passive: false });

  // What is under the pointer; a little later, else the picture flickers while the mouse crosses it.
  let under = null, waiting = 0;
  const look = (card) => {
    if (card === under || going) return;
    under = card;
    clearTimeout(waiting);
    waiting = setTimeout(() => over(card), 120);
  };
  on(graph, "pointerover", (event) => { if (event.pointerType !== "touch") look(event.target.closest("g.card")); });
  on(graph, "pointerleave", () => look(null));
}
