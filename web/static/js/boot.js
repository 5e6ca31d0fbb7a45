// Runs before the first paint, so that a chosen theme or language never flashes the other one.
// A classic script on purpose: modules wait for the whole document.
(function () {
  try {
    var theme = localStorage.getItem("djuv.theme");
    if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;
    var language = localStorage.getItem("djuv.language");
    document.documentElement.lang = language || (/^es\b/.test(navigator.language) ? "es" : "en");
  } catch (refused) {
    document.documentElement.lang = "en";
  }
})();
