// State that is needed before the first paint: the chosen theme, and the page of the address.
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

  // The Wasm part of a page has the page's name, and so does its placeholder until then.
  const path = location.pathname.slice(new URL(document.baseURI).pathname.length);
  const [first, second] = path.split("/");
  const of = { "": "issuers", issuers: second === "new" ? "new_issuer" : "issuer", examples: second ? "example" : "examples" };
  root.dataset.page = of[first] ?? first;
  root.classList.toggle("no-issuers", isEmpty);
})();
