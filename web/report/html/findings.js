// Findings as pins on the timeline, and the way between a pin and its place in the list.

const PIN_PIXELS = 30;
const CARD_PIXELS = 320;
const pins = document.querySelector(".pins");
const listed = all(".findings .finding");
let shown = "";

/** Findings that would lie on top of each other become one pin. */
function gather() {
  const gathered = [];
  for (const finding of listed) {
    if (shown !== "" && finding.dataset.component !== shown) continue;
    const at = pixels(Number(finding.dataset.start));
    const last = gathered.at(-1);
    if (last !== undefined && at - last.at < PIN_PIXELS) last.findings.push(finding);
    else gathered.push({ at, findings: [finding] });
  }
  return gathered;
}

function layPins() {
  close();
  pins.replaceChildren(...gather().map(({ at, findings }) => {
    const pin = document.createElement("button");
    const first = findings[0];
    pin.type = "button";
    pin.className = `pin is-${first.dataset.component}`;
    pin.setAttribute("aria-expanded", "false");
    pin.setAttribute("aria-label", labelOf(findings));
    pin.style.transform = `translateX(${Math.min(Math.max(at, 13), map.clientWidth - 13)}px)`;
    pin.append(first.querySelector(".shape").cloneNode(true));
    if (findings.length > 1) {
      const count = document.createElement("span");
      count.className = "pin-count figure";
      count.textContent = findings.length;
      pin.append(count);
    }
    pin.addEventListener("click", () => open(pin, findings));
    return pin;
  }));
}

const textOf = (element) => (element?.innerText ?? "").replace(/[ \n]+/g, " ").trim();

function labelOf(findings) {
  const time = clock(Number(findings[0].dataset.start));
  if (findings.length > 1) return t("page.told.pins", { count: findings.length, time });
  return `${time}, ${textOf(findings[0].querySelector(".finding-component"))}: ${textOf(findings[0].querySelector(".finding-text"))}`;
}

function close() {
  pins.querySelector(".pin-cards")?.remove();
  pins.querySelector('[aria-expanded="true"]')?.setAttribute("aria-expanded", "false");
  for (const finding of listed) delete finding.dataset.selected;
  chooseNothing();
}

function open(pin, findings) {
  const was = pin.getAttribute("aria-expanded") === "true";
  close();
  if (was) return;
  pin.setAttribute("aria-expanded", "true");
  const cards = document.createElement("div");
  cards.className = "pin-cards";
  cards.append(...findings.map(copyOf));
  pin.after(cards);
  const at = pixels(Number(findings[0].dataset.start));
  const width = Math.min(CARD_PIXELS, cards.offsetWidth);
  const [left, right] = [scroll.scrollLeft, scroll.scrollLeft + scroll.clientWidth - 16];
  cards.style.left = `${Math.max(left, Math.min(at - width / 2, right - width))}px`;
  const ends = findings.map((each) => Number(each.dataset.end));
  choose(Number(findings[0].dataset.start), Math.max(...ends), findings[0].dataset.component);
  for (const finding of findings) finding.dataset.selected = "true";
}

/** A finding as it stands in the list; its time leads there. */
function copyOf(finding) {
  const copy = finding.cloneNode(true);
  copy.removeAttribute("id");
  copy.querySelector("button").replaceWith(Object.assign(document.createElement("span"), {
    className: "finding-time figure", textContent: clock(Number(finding.dataset.start)),
  }));
  return copy;
}

/** From the list to the timeline. */
function showOnTimeline(finding) {
  document.querySelector(".timeline").scrollIntoView({ block: "nearest" });
  scroll.scrollLeft = pixels(Number(finding.dataset.start)) - scroll.clientWidth / 2;
  const at = gather().findIndex(({ findings }) => findings.includes(finding));
  const pin = all(".pin", pins)[at];
  if (pin === undefined) return;
  if (pin.getAttribute("aria-expanded") !== "true") open(pin, [finding]);
  pin.focus({ preventScroll: true });
}

function filter(component) {
  shown = component;
  for (const button of all(".filter button")) button.setAttribute("aria-pressed", button.dataset.component === component);
  for (const finding of listed) finding.parentNode.hidden = component !== "" && finding.dataset.component !== component;
  layPins();
}
