// What is needed before the first paint: the chosen theme, and the page of the address with its styles.
(() => {
  const root = document.documentElement;
  let theme = null;
  let isEmpty = false;
  try {
    theme = localStorage.getItem("claimgate.theme");
    isEmpty = localStorage.getItem("claimgate.v1") === null;
  } catch {
    // A browser without storage gets the system's theme.
  }
  root.dataset.theme = theme === "light" || theme === "dark" ? theme : "system";

  // The build has written the routes of the app and the styles of each page into index.html (web/build/index.mjs). The Wasm
  // part of a page has the page's name, and so does its placeholder until then. The documentation has neither.
  const { routes, styles } = JSON.parse(root.dataset.pages ?? '{ "routes": {}, "styles": {} }');
  const path = location.pathname.slice(new URL(document.baseURI).pathname.length).replace(/\/$/, "");
  const given = path.split("/");
  const fits = (route) => {
    const parts = route.split("/");
    return parts.length === given.length && parts.every((part, index) => part === given[index] || (part.startsWith(":") && given[index] !== ""));
  };
  const route = Object.hasOwn(routes, path) ? path : Object.keys(routes).find(fits);
  root.dataset.page = routes[route] ?? "";
  root.classList.toggle("no-issuers", isEmpty);

  const shown = [root.dataset.page, document.querySelector("meta[name='claimgate-server']") ? "server" : ""];
  const sheets = shown.flatMap((page) => (styles[page] ?? "").split(" "));
  for (const link of document.querySelectorAll("link[data-sheet]")) {
    // So that enabling it again, when the app opens a page that needs it, tries again.
    link.addEventListener("error", () => (link.disabled = true));
    if (sheets.includes(link.dataset.sheet)) link.disabled = false;
  }
})();
