// Findings in words: what was heard, what to do about it, what it cost or gained.

import { html } from "./view.js";
import { clockTime, number, signed, t } from "./i18n.js";
import { ComponentShape } from "./icons.js";

/** What was heard, as one sentence. */
export function findingText(finding) {
  const values = wordsFor(finding);
  const unknown = finding.points < 0 ? "live.finding.loss" : "live.finding.gain";
  return t(`finding.${finding.code}`, values, t(unknown, values));
}

/** What to do about it; empty where there is nothing to do. */
export function findingFix(finding) {
  return t(`finding.${finding.code}.fix`, wordsFor(finding), "");
}

/** What it cost or gained; nothing where that rounds to nothing. */
function pointsText({ points }) {
  return Number(points.toFixed(1)) === 0 ? "" : signed(points);
}

function wordsFor(finding) {
  const decimals = Math.abs(finding.measured) >= 10 || Number.isInteger(finding.measured) ? 0 : 1;
  return {
    measured: number(Math.abs(finding.measured), decimals),
    limit: number(finding.limit, Number.isInteger(finding.limit) ? 0 : 1),
    unit: t(`unit.${finding.unit}`, {}, finding.unit),
    seconds: number(finding.end_seconds - finding.start_seconds, 0),
    time: clockTime(finding.start_seconds),
    component: t(`component.${finding.component}`),
  };
}

/** Everything about a finding in one line, for labels and for screen readers. */
export function findingLine(finding) {
  const head = `${clockTime(finding.start_seconds)}, ${t(`component.${finding.component}`)} ${pointsText(finding)}`.trim();
  return `${head}: ${findingText(finding)} ${findingFix(finding)}`.trim();
}

export function FindingCard({ finding, selected = false, onSelect = null }) {
  const time = clockTime(finding.start_seconds);
  const fix = findingFix(finding);
  return html`
    <article class=${`finding is-${finding.component}`} data-selected=${selected} data-id=${finding.id}>
      <div class="finding-head">
        <${ComponentShape} component=${finding.component} />
        <span class="finding-component">${t(`component.${finding.component}`)}</span>
        <span class="finding-points figure" data-loss=${finding.points < 0}>${pointsText(finding)}</span>
        ${onSelect
          ? html`<button type="button" class="finding-time figure" onClick=${() => onSelect(finding)}
              aria-label=${t("live.show_at", { time })}>${time}</button>`
          : html`<span class="finding-time figure">${time}</span>`}
      </div>
      <p class="finding-text">${findingText(finding)}</p>
      ${fix && html`<p class="finding-fix">${fix}</p>`}
    </article>`;
}
