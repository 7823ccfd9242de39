// Keeps the app for when there is no network. `web/build/finish.mjs` writes the version and the files of a build into it; a
// build without them keeps nothing.
const VERSION = "";
const FILES = [];

const PREFIX = "claimgate-app-";
const CACHE = PREFIX + VERSION;

/** What a server may have beside the app. */
const isServers = (path) => /^\/(api|demo|healthz|readyz|metrics|oauth)(\/|$)/.test(path);

/** Whether a visit to this address shows the app. */
const isPage = (path) => !path.split("/").pop().includes(".");

self.addEventListener("install", (event) => {
  // Past the browser's own cache: an older index.html would name files that are gone.
  const fresh = FILES.map((file) => new Request(file, { cache: "no-cache" }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(fresh)));
});

self.addEventListener("activate", (event) => {
  const dropOthers = async () => {
    const names = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
    await Promise.all(names.map((name) => caches.delete(name)));
    await self.clients.claim();
  };
  event.waitUntil(dropOthers());
});

// The page asks for this when the person takes the new version.
self.addEventListener("message", (event) => {
  if (event.data === "take over") self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (FILES.length === 0 || request.method !== "GET" || url.origin !== self.location.origin) return;
  // With its access token it is none of a service worker's business.
  if (isServers(url.pathname)) return;
  const shown = request.mode === "navigate" && isPage(url.pathname) ? "index.html" : request;
  const answer = async () => {
    const cache = await caches.open(CACHE);
    return (await cache.match(shown, { ignoreSearch: true })) ?? fetch(request);
  };
  event.respondWith(answer());
});
