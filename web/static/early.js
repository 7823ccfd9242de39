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

  // The Wasm part of a page has the page's name, and so do its placeholder until then and its styles.
  const path = location.pathname.slice(new URL(document.baseURI).pathname.length);
  const [first, second, third] = path.split("/");
  const issuer = third === "history" ? "history" : "issuer";
  const of = { "": "issuers", issuers: second === "new" ? "new_issuer" : issuer, examples: second ? "example" : "examples" };
  for (const page of ["audit", "tokens", "organizations", "settings", "demo"]) of[page] = "administration";
  root.dataset.page = of[first] ?? first;
  root.classList.toggle("no-issuers", isEmpty);

  const shown = [root.dataset.page, document.querySelector("meta[name='claimgate-server']") ? "server" : ""];
  for (const link of document.querySelectorAll("link[data-pages]")) {
    // So that enabling it again, when the app opens a page that needs it, tries again.
    link.addEventListener("error", () => (link.disabled = true));
    if (link.dataset.pages.split(" ").some((page) => shown.includes(page))) link.disabled = false;
  }
})();
