// What is pressed does what; until here the page is complete without a script.

root.dataset.ready = "true";
showLanguage(root.lang);
layOut();
layPins();

for (const button of all("[data-language]")) {
  button.addEventListener("click", () => {
    showLanguage(button.dataset.language);
    layOut();
    layPins();
  });
}
document.querySelector(".theme").addEventListener("click", changeTheme);
document.querySelector(".print").addEventListener("click", () => print());
for (const button of all(".zoom button")) button.addEventListener("click", () => zoom(Number(button.dataset.zoom)));
for (const button of all(".filter button")) button.addEventListener("click", () => filter(button.dataset.component));
for (const finding of listed) finding.querySelector("button").addEventListener("click", () => showOnTimeline(finding));
for (const button of all("table .time")) {
  button.addEventListener("click", () => {
    const start = Number(button.dataset.start);
    close();
    document.querySelector(".timeline").scrollIntoView({ block: "nearest" });
    choose(start, start + Number(button.dataset.length), null);
    cursor.focus({ preventScroll: true });
  });
}

map.addEventListener("pointermove", (event) => {
  if (event.target.closest(".pins") !== null) return;
  point(((event.clientX - map.getBoundingClientRect().left) / map.clientWidth) * length);
});
cursor.addEventListener("keydown", steer);
cursor.addEventListener("focus", () => point(Number(cursor.getAttribute("aria-valuenow"))));
document.addEventListener("laid", layPins);
document.addEventListener("keydown", (event) => {
  const pin = pins.querySelector('[aria-expanded="true"]');
  if (event.key !== "Escape" || pin === null) return;
  close();
  pin.focus({ preventScroll: true });
});
new ResizeObserver(() => {
  layOut();
  layPins();
}).observe(scroll);
