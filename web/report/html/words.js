// Words, numbers and times in the language that is shown, and the ground that they stand on.

const root = document.documentElement;
const { course, words } = JSON.parse(document.getElementById("data").textContent);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];

function t(key, values = {}) {
  return words[root.lang][key].replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

function number(value, decimals) {
  return value.toFixed(decimals).replace(".", words[root.lang].decimal).replace("-", "\u2212");
}

function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (value) => String(value).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours === 0 ? `${minutes}:${two(whole % 60)}` : `${hours}:${two(minutes)}:${two(whole % 60)}`;
}

function keyName(key, camelot) {
  const [tonic, mode] = key.split(" ");
  return `${camelot} ${t(`key.${mode}`, { tonic: t(`tonic.${tonic}`) })}`;
}

function showLanguage(tag) {
  root.lang = tag;
  document.title = words[tag].title;
  for (const button of all("[data-language]")) button.setAttribute("aria-pressed", button.dataset.language === tag);
  for (const named of all("[data-label-en]")) named.setAttribute("aria-label", named.getAttribute(`data-label-${tag}`));
}

function changeTheme() {
  const dark = root.dataset.theme === "dark"
    || (root.dataset.theme === undefined && matchMedia("(prefers-color-scheme: dark)").matches);
  root.dataset.theme = dark ? "light" : "dark";
}
