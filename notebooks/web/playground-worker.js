// Python (Pyodide) with glassgrad's wheel, beside the page's own thread, so that a long computation can be stopped.
import { loadPyodide } from "./static/pyodide/pyodide.mjs";

async function load() {
  const [python, wheel, program] = await Promise.all([
    loadPyodide({ packages: [] }),
    fetch("static/pyodide/@@wheel@@").then((answer) => answer.arrayBuffer()),
    fetch("playground.py").then((answer) => answer.text()),
  ]);
  python.unpackArchive(new Uint8Array(wheel), "wheel");
  python.runPython(program);
  return python.globals.get("answer");
}

const answer = load();
answer.then(() => postMessage({ ready: true }), (error) => postMessage({ failed: error.message }));
onmessage = async ({ data: { id, formula, values } }) => {
  const ask = await answer;
  try {
    postMessage({ id, answer: ask(formula, values) });
  } catch (error) {
    postMessage({ id, answer: JSON.stringify({ error: error.message }) });
  }
};
