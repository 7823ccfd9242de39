// Loads the app, shows how far it is, and says so in words if it cannot start.
const { js, wasm } = document.getElementById("starter").dataset;
const message = document.getElementById("shell-message");
const progress = document.getElementById("shell-progress");

const counted = (response) => {
  const total = Number(response.headers.get("content-length"));
  if (!response.body || !total || response.headers.has("content-encoding")) return response;
  let loaded = 0;
  progress.max = total;
  const count = new TransformStream({
    transform(chunk, controller) {
      loaded += chunk.byteLength;
      progress.value = loaded;
      controller.enqueue(chunk);
    },
  });
  return new Response(response.body.pipeThrough(count), { headers: { "content-type": "application/wasm" } });
};

const load = async () => {
  const response = await fetch(wasm);
  if (!response.ok) throw new Error(`${wasm} answered with status ${response.status}`);
  return counted(response);
};

try {
  const { default: init } = await import(js);
  await init({ module_or_path: load() });
} catch (error) {
  console.error(error);
  progress.remove();
  message.className = "notice notice--bad";
  message.setAttribute("role", "alert");
  message.textContent =
    `Claimgate could not start: ${error instanceof Error ? error.message : error}. ` +
    "It needs a browser with WebAssembly, and its files must be reachable. Reload the page to try again.";
}
