// Applies the chosen theme before the first paint.
(() => {
  let theme = null;
  try {
    theme = localStorage.getItem("claimgate.theme");
  } catch {
    // A browser without storage gets the system's theme.
  }
  document.documentElement.dataset.theme = theme === "light" || theme === "dark" ? theme : "system";
})();
