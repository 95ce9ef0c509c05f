// Runs composefmt in Python, away from the page, so that typing stays smooth. All that it loads lies beside it.

const runtime = new URL("runtime/", import.meta.url);

async function start() {
  const { loadPyodide } = await import(new URL("pyodide.mjs", runtime));
  const python = await loadPyodide({ indexURL: runtime.href });
  for (const name of ["ruamel.yaml.zip", "composefmt.zip"]) {
    python.unpackArchive(await content(new URL(name, runtime), "arrayBuffer"), "zip", { extractDir: "/lib/packages" });
  }
  python.runPython("import sys; sys.path.insert(0, '/lib/packages')");
  python.runPython(await content(new URL("answer.py", import.meta.url), "text"));
  return python.globals.get("answer");
}

async function content(address, kind) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address} is not there`);
  return response[kind]();
}

const ready = start();
let latest;

self.onmessage = async ({ data }) => {
  latest = data.id;
  try {
    const answer = await ready;
    // What was overtaken by a later text need not be answered.
    if (data.id === latest) self.postMessage({ id: data.id, answer: JSON.parse(answer(data.text, data.longForm, data.order)) });
  } catch (error) {
    self.postMessage({ failure: error.message });
  }
};
