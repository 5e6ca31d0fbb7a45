// How far apart the kicks of the two decks are, in milliseconds.
//
// One-sided on purpose: from the mix alone nobody can always say which deck is ahead. The marks are
// what ears do with it: below 12 ms nobody notices, from about 24 ms a groove falls apart.

import { html, useSignal } from "../shared/view.js";
import { number, t } from "../shared/i18n.js";

const MOST_MS = 80;
const FINE_MS = 12;
const APART_MS = 24;
const CENTRE = { x: 110, y: 112 };
const RADIUS = 88;

const angle = (ms) => Math.PI * (1 - Math.min(ms, MOST_MS) / MOST_MS);
const point = (ms, radius) => `${(CENTRE.x + radius * Math.cos(angle(ms))).toFixed(1)} ${(CENTRE.y - radius * Math.sin(angle(ms))).toFixed(1)}`;
const arc = (from, to) => `M${point(from, RADIUS)}A${RADIUS} ${RADIUS} 0 0 1 ${point(to, RADIUS)}`;

/** The offset worth showing: of the transition under way, else of the last one that had any. */
export function currentOffset(transitions) {
  const known = [...transitions.values()].filter((each) => each.offset_ms.value !== null);
  const latest = known.sort((one, other) => one.index - other.index).at(-1);
  if (latest === undefined) return null;
  return { ms: Math.abs(latest.offset_ms.value), settled: latest.settled, kind: latest.kind.value };
}

function whichTransition({ settled, kind }) {
  if (!settled) return t("studio.needle.now");
  return kind === null ? t("studio.needle.last") : t("studio.needle.last_kind", { kind: t(`kind.${kind}`) });
}

export function BeatNeedle({ room }) {
  const offset = currentOffset(useSignal(room.transitions));
  const ms = offset?.ms ?? null;
  const verdict = ms === null ? "none" : ms <= FINE_MS ? "together" : ms <= APART_MS ? "loose" : "apart";
  return html`
    <section class="panel instrument" aria-labelledby="needle-title">
      <h3 id="needle-title">${t("studio.beat_match")}</h3>
      <svg class="dial" viewBox="0 0 220 124" aria-hidden="true">
        <path class="dial-track" d=${arc(0, MOST_MS)} />
        <path class="dial-zone" d=${arc(0, FINE_MS)} />
        ${[0, FINE_MS, APART_MS, 40, 60, MOST_MS].map((mark) => html`
          <path key=${mark} class="dial-mark" d=${`M${point(mark, RADIUS - 8)}L${point(mark, RADIUS + 6)}`} />`)}
        ${ms !== null && html`<g class="dial-needle" style=${{ transform: `rotate(${(Math.min(ms, MOST_MS) / MOST_MS) * 180}deg)` }}>
          <path d=${`M${CENTRE.x} ${CENTRE.y}H${CENTRE.x - RADIUS + 14}`} /></g>`}
        <circle class="dial-hub" cx=${CENTRE.x} cy=${CENTRE.y} r="5" />
      </svg>
      <p class="instrument-value figure">${ms === null ? t("live.not_yet") : t("live.milliseconds", { ms: number(ms, 0) })}</p>
      <p class="instrument-text">${t(`studio.needle.${verdict}`)}${offset && ` ${whichTransition(offset)}`}</p>
    </section>`;
}
