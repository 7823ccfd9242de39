// Loads the app, shows how far it is, and says so in words if it cannot start.
const { js, wasm, size, parts } = document.getElementById("starter").dataset;
const message = document.getElementById("shell-message");
const progress = document.getElementById("shell-progress");

/** Counts what has arrived, unpacked. The build says how much there is; a length in the answer may be that of packed bytes. */
const counted = (response) => {
  const total = Number(size) || (response.headers.has("content-encoding") ? 0 : Number(response.headers.get("content-length")));
  if (!response.body || !total) return response;
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

/** The function that loads the page of this address, without its `load_`. */
const pageOf = (path) => {
  const [first, second] = path.split("/");
  if (first === "issuers") return second === "new" ? "new_issuer" : "issuer";
  return first === "examples" && second ? "example" : first;
};

/** Asks for the parts of the Wasm that this page needs now, not when the app has started and finds out. */
const preloadParts = () => {
  const { files, pages } = JSON.parse(parts || '{ "files": [], "pages": {} }');
  const path = location.pathname.slice(new URL(document.baseURI).pathname.length);
  const needed = [pageOf(path)];
  if (document.querySelector("meta[name='claimgate-server']")) needed.push("server");
  for (const file of new Set(needed.flatMap((page) => pages[page] ?? []).map((index) => files[index]))) {
    const link = document.createElement("link");
    Object.assign(link, { rel: "preload", as: "fetch", type: "application/wasm", crossOrigin: "anonymous", href: file });
    document.head.append(link);
  }
};

const load = async () => {
  const response = await fetch(wasm);
  if (!response.ok) throw new Error(`${wasm} answered with status ${response.status}`);
  return counted(response);
};

const fail = (sentence) => {
  progress.remove();
  message.className = "notice notice--bad";
  message.setAttribute("role", "alert");
  message.textContent = sentence;
};

if (typeof WebAssembly === "undefined") {
  fail("Claimgate runs in WebAssembly, and this browser has none, or it is switched off. Another browser, or its settings, would help.");
} else {
  try {
    preloadParts();
    const { default: init } = await import(js);
    await init({ module_or_path: load() });
    const idle = globalThis.requestIdleCallback ?? ((work) => setTimeout(work, 1000));
    idle(async () => (await import("./offline.js")).keepOffline());
  } catch (error) {
    console.error(error);
    fail(
      `Claimgate could not start: ${error instanceof Error ? error.message : error}. ` +
        "It needs a browser with WebAssembly, and its files must be reachable. Reload the page to try again.",
    );
  }
}
