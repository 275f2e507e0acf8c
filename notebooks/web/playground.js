// The playground: a formula goes to the worker, which runs Python, and a page comes back. The address keeps the formula,
// so that it can be sent to somebody.
"use strict";

const at = (id) => document.getElementById(id);
const LATE = 1000; // ms, after which one may want to stop
let worker, ready, asked = 0, started, waiting, answered = {};

function start() {
  worker = new Worker("playground-worker.js", { type: "module" });
  ready = false;
  worker.onmessage = ({ data }) => {
    if (data.ready) loaded();
    else if (data.failed !== undefined) failed(data.failed);
    else if (data.id === asked) show(JSON.parse(data.answer));
  };
  worker.onerror = (event) => failed(event.message || "the worker could not be started");
}

function loaded() {
  ready = true;
  at("status").textContent = "";
  if (waiting) ask();
}

function failed(why) {
  at("status").textContent = "";
  complain(`Python could not be loaded: ${why}`);
}

function ask() {
  waiting = !ready;
  if (waiting) {
    at("status").textContent = "Loading Python…";
    return;
  }
  const values = Object.fromEntries([...at("values").querySelectorAll("input")].map((i) => [i.name, i.value]));
  asked += 1;
  worker.postMessage({ id: asked, formula: at("formula").value, values: JSON.stringify({ ...answered, ...values }) });
  at("status").textContent = "Computing…";
  clearTimeout(started);
  started = setTimeout(() => { at("stop").hidden = false; }, LATE);
}

function stop() {
  worker.terminate();
  asked += 1;
  waiting = false;
  done();
  complain("Stopped. Python starts anew for the next formula.");
  start();
}

function done() {
  clearTimeout(started);
  at("stop").hidden = true;
  at("status").textContent = "";
}

function complain(text) {
  at("error").textContent = text;
  at("error").hidden = false;
  at("said").hidden = at("graph").hidden = true;
}

function show({ error, values, said, page }) {
  done();
  if (values) fields(values);
  if (error !== undefined) {
    complain(error);
    return;
  }
  at("error").hidden = true;
  at("said").textContent = said;
  at("graph").srcdoc = page;
  at("said").hidden = at("graph").hidden = false;
  const all = new URLSearchParams({ formula: at("formula").value, ...values });
  history.replaceState(null, "", `#${all}`);
}

// A field for every name; what was typed stays, also while a name is gone from the formula for a moment.
function fields(values) {
  answered = { ...answered, ...values };
  const place = at("values");
  const names = [...place.querySelectorAll("input")].map((input) => input.name);
  if (names.join() === Object.keys(values).join()) return;
  const focused = document.activeElement.name;
  place.replaceChildren(...Object.entries(values).map(([name, value]) => {
    const label = document.createElement("label");
    const input = Object.assign(document.createElement("input"), { name, value, spellcheck: false });
    label.append(`${name} = `, input);
    return label;
  }));
  if (focused) place.querySelector(`[name="${CSS.escape(focused)}"]`)?.focus();
}

function restore() {
  const { formula, ...values } = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
  at("values").replaceChildren();
  at("formula").value = formula ?? document.querySelector(".examples button").textContent;
  answered = values;
  ask();
}

at("form").addEventListener("submit", (event) => { event.preventDefault(); ask(); });
at("values").addEventListener("change", ask);
at("stop").addEventListener("click", stop);
addEventListener("hashchange", restore);
for (const button of document.querySelectorAll(".examples button")) {
  button.addEventListener("click", () => {
    at("formula").value = button.textContent;
    ask();
  });
}
start();
restore();
