// The timeline under hand: enlarged, pointed at, steered by keys.

const scroll = document.querySelector(".scroll");
const map = document.querySelector(".course");
const cursor = document.querySelector(".cursor");
const readout = document.querySelector(".readout");
const length = Math.max(1, Number(map.dataset.seconds));

const TICKS = [5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];
const TICK_PIXELS = 76;
const STEP_SECONDS = 5;

const pixels = (seconds) => (Math.min(seconds, length) / length) * map.clientWidth;

/** Labels that do not fit where they belong are left out, and the axis has as many times as fit. */
function layOut() {
  for (const text of all(".row-sections text, .row-keys text, .row-transitions text")) {
    text.classList.remove("unfit");
    const room = text.parentNode.width.baseVal.value;
    const next = text.closest(".transition")?.nextElementSibling;
    const free = next ? next.x.baseVal.value - text.parentNode.x.baseVal.value : map.clientWidth - text.parentNode.x.baseVal.value;
    const least = text.closest(".transition") ? free : room;
    text.classList.toggle("unfit", text.getComputedTextLength() + 10 > least);
  }
  let right = -Infinity;
  for (const text of all(".technique text")) {
    text.classList.remove("unfit");
    const left = text.parentNode.x.baseVal.value;
    const end = left + 20 + text.getComputedTextLength();
    const next = text.parentNode.nextElementSibling?.x.baseVal.value ?? map.clientWidth;
    const fits = left >= right && end <= next;
    text.classList.toggle("unfit", !fits);
    if (fits) right = end;
  }
  layAxis();
}

function layAxis() {
  const axis = document.querySelector(".row-axis svg");
  const step = TICKS.find((each) => pixels(each) >= TICK_PIXELS) ?? TICKS.at(-1);
  axis.replaceChildren();
  for (let seconds = 0; pixels(seconds) < map.clientWidth - 16; seconds += step) {
    const tick = document.createElementNS(axis.namespaceURI, "text");
    tick.setAttribute("x", `${(seconds / length) * 100}%`);
    tick.setAttribute("y", "50%");
    tick.dataset.seconds = seconds.toFixed(1);
    tick.textContent = clock(seconds);
    axis.append(tick);
    if (length - seconds < step) break;
  }
}

/** Enlarge; what is in the middle stays there. */
function zoom(factor) {
  const middle = (scroll.scrollLeft + scroll.clientWidth / 2) / map.clientWidth;
  map.dataset.zoom = factor;
  for (const button of all("[data-zoom]", document.querySelector(".zoom"))) {
    button.setAttribute("aria-pressed", button.dataset.zoom === String(factor));
  }
  layOut();
  scroll.scrollLeft = middle * map.clientWidth - scroll.clientWidth / 2;
  document.dispatchEvent(new Event("laid"));
}

function told(seconds) {
  const after = course.seconds.findIndex((each) => each >= seconds);
  const at = after < 0 ? course.seconds.length - 1 : after;
  const parts = [clock(seconds)];
  if (at < 0) return parts[0];
  const [section, key, bpm, energy, score] = ["section", "key", "bpm", "energy", "score"].map((name) => course[name][at]);
  if (section !== null) parts.push(t(`section.${section}`));
  if (key !== null) parts.push(keyName(key, course.camelot[at]));
  if (bpm !== null) parts.push(`${number(bpm, 1)} BPM`);
  if (energy !== null) parts.push(t("page.told.energy", { percent: Math.round(100 * energy) }));
  if (score !== null) parts.push(t("page.told.score", { score: number(score, 1) }));
  return parts.join(" \u00b7 ");
}

function point(seconds) {
  const held = Math.min(Math.max(seconds, 0), length);
  const text = told(held);
  cursor.style.left = `${(held / length) * 100}%`;
  cursor.dataset.shown = "true";
  cursor.setAttribute("aria-valuenow", Math.round(held));
  cursor.setAttribute("aria-valuetext", text);
  readout.textContent = text;
}

/** Bring a stretch into view and tint it in its component's colour. */
function choose(start, end, component) {
  const chosen = document.querySelector(".chosen");
  chosen.setAttribute("class", `chosen ${component === null ? "" : `is-${component}`}`);
  chosen.setAttribute("x", `${(start / length) * 100}%`);
  chosen.setAttribute("width", `${Math.max(0.25, ((end - start) / length) * 100)}%`);
  const at = pixels(start);
  const seen = at >= scroll.scrollLeft + 20 && at <= scroll.scrollLeft + scroll.clientWidth - 40;
  if (!seen) scroll.scrollLeft = at - scroll.clientWidth / 3;
  point(start);
}

function chooseNothing() {
  document.querySelector(".chosen").setAttribute("width", "0");
}

function steer(event) {
  const now = Number(cursor.getAttribute("aria-valuenow"));
  const steps = {
    ArrowLeft: now - STEP_SECONDS, ArrowDown: now - STEP_SECONDS, ArrowRight: now + STEP_SECONDS,
    ArrowUp: now + STEP_SECONDS, PageDown: now - 60, PageUp: now + 60, Home: 0, End: length,
  };
  if (steps[event.key] === undefined) return;
  event.preventDefault();
  point(steps[event.key]);
  const at = pixels(steps[event.key]);
  if (at < scroll.scrollLeft || at > scroll.scrollLeft + scroll.clientWidth) scroll.scrollLeft = at - scroll.clientWidth / 2;
}
