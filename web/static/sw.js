// Caches the app for offline use. `web/build/finish.mjs` inserts the version and the files of a
// build; a build without them caches nothing.
const VERSION = "";
const FILES = [];

const PREFIX = "claimgate-app-";
const CACHE = PREFIX + VERSION;

/** The paths that a server uses besides the app's. */
const isServers = (path) => /^\/(api|demo|healthz|readyz|metrics|oauth)(\/|$)/.test(path);

/** Whether this address is a page of the app. */
const isPage = (path) => !path.split("/").pop().includes(".");

self.addEventListener("install", (event) => {
  // Bypasses the browser's own cache: an older index.html would name files that no longer exist.
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

// The page sends this when the person accepts the new version.
self.addEventListener("message", (event) => {
  if (event.data === "take over") self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (FILES.length === 0 || request.method !== "GET" || url.origin !== self.location.origin) return;
  // A service worker must not handle requests with the access token.
  if (isServers(url.pathname)) return;
  const shown = request.mode === "navigate" && isPage(url.pathname) ? "index.html" : request;
  const answer = async () => {
    const cache = await caches.open(CACHE);
    return (await cache.match(shown, { ignoreSearch: true })) ?? fetch(request);
  };
  event.respondWith(answer());
});
