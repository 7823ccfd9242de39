// Loads the app, shows the progress, and reports in words if it cannot start.
const { js, wasm, size, parts } = document.getElementById("starter").dataset;
const message = document.getElementById("shell-message");
const progress = document.getElementById("shell-progress");
const root = document.documentElement;

/** Counts received bytes, uncompressed. The build provides the total: Content-Length may be compressed. */
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

/** Requests the parts of the Wasm that this page needs now, before the app has started. */
const preloadParts = () => {
  const { files, pages } = JSON.parse(parts || '{ "files": [], "pages": {} }');
  const needed = [root.dataset.page];
  if (document.querySelector("meta[name='claimgate-server']")) needed.push("server");
  // The playground's tools: at once if it opens with content.
  if (root.dataset.page === "example" || (root.dataset.page === "playground" && location.hash)) needed.push("tools");
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

/** The shell stays until the app has a page to show, whose code may still be loading. */
const makeWay = () => {
  const shell = document.getElementById("shell");
  const look = (_, observer) => {
    if (!document.querySelector("#main > *")) return;
    observer.disconnect();
    shell.remove();
    delete root.dataset.page;
  };
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
};

const fail = (sentence) => {
  delete root.dataset.page;
  progress.remove();
  message.className = "notice notice--bad";
  message.setAttribute("role", "alert");
  message.textContent = sentence;
};

if (typeof WebAssembly === "undefined") {
  fail("Claimgate needs WebAssembly, which this browser lacks or has turned off. Turn it on in the settings, or use another browser.");
} else {
  try {
    preloadParts();
    makeWay();
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
