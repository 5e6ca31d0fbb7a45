// Where the points went: what each kind of finding cost a component of the set so far.

import { html } from "./view.js";
import { number, signed, t } from "./i18n.js";

const BEST = 10;
const LEAST = 1;
const SHADES = 5; // segments of a bar with a shade of their own; further ones share the last
const UNPROVED = "prior";

/** A component's losses, the costliest first. */
export function lossesOf(score, component) {
  return (score?.set.losses ?? [])
    .filter((loss) => loss.component === component && loss.points !== 0)
    .sort((one, other) => one.points - other.points);
}

/** What costs the set most, without what is only not proved yet: nobody can do anything about that. */
export function costliest(score, most) {
  return (score?.set.losses ?? [])
    .filter((loss) => loss.points < 0 && t(`finding.${loss.code}.fix`, {}, "") !== "" && loss.code !== UNPROVED)
    .sort((one, other) => one.points - other.points)
    .slice(0, most);
}

/**
 * Points in tenths that sum to what the shown score lacks of 10. What rounding leaves over goes to those
 * that it changes least (the largest remainder); the report rounds alike.
 */
export function shownTenths(losses, value) {
  const tenths = losses.map((loss) => loss.points * 10);
  const rounded = tenths.map(Math.floor);
  const missing = Math.round(value * 10) - BEST * 10 - rounded.reduce((sum, each) => sum + each, 0);
  const order = losses.map((_, at) => at).sort((one, other) =>
    Math.sign(missing) * ((rounded[one] - tenths[one]) - (rounded[other] - tenths[other])));
  for (const at of order.slice(0, Math.abs(missing))) rounded[at] += Math.sign(missing);
  return rounded;
}

/** The short name of a kind of finding. */
export function lossName({ code }) {
  return t(`loss.${code}`, {}, code.replaceAll("_", " "));
}

const shade = (loss, at) => (loss.code === UNPROVED ? "shade-prior" : `shade-${Math.min(at, SHADES - 1)}`);

/** A component's bar, which was kept whole at 10, and the list of what was taken from it. */
export function LossList({ losses, value }) {
  if (losses.length === 0) return html`<p class="quiet">${t("live.points_none")}</p>`;
  const tenths = shownTenths(losses, value);
  const costs = losses.map((loss) => Math.max(0, -loss.points));
  const whole = value - LEAST + costs.reduce((sum, each) => sum + each, 0);
  const width = (part) => ({ width: `${(100 * part) / whole}%` });
  return html`
    <div class="stack" aria-hidden="true">
      <i class="kept" style=${width(value - LEAST)}></i>
      ${losses.map((loss, at) => html`<i key=${loss.code} class=${shade(loss, at)} style=${width(costs[at])}></i>`)}
    </div>
    <ul class="losses">
      ${losses.map((loss, at) => html`
        <li key=${loss.code}>
          <i class=${`swatch ${shade(loss, at)}`} aria-hidden="true"></i>
          <span class="loss-name">${lossName(loss)}${loss.count > 0 && html` <span class="loss-count figure">${number(loss.count)} ×</span>`}</span>
          <span class="loss-points figure">${signed(tenths[at] / 10)}</span>
          <span class="loss-fix">${t(`finding.${loss.code}.fix`, {}, "")}</span>
        </li>`)}
    </ul>`;
}
