// The key that is heard, on the Camelot wheel, with the keys that go well with it.

import { html, useSignal } from "../shared/view.js";
import { keyName, number, t } from "../shared/i18n.js";

const CENTRE = 80;
const RINGS = { B: [52, 76], A: [28, 50] };

/** Keys that mix well: the same, its neighbours on the ring, its relative on the other. */
export function compatible(camelot) {
  const hour = Number.parseInt(camelot, 10);
  const ring = camelot.at(-1);
  const around = (shift) => ((hour - 1 + shift + 12) % 12) + 1;
  return new Set([`${around(1)}${ring}`, `${around(-1)}${ring}`, `${hour}${ring === "A" ? "B" : "A"}`]);
}

function segment(hour, [inner, outer]) {
  const from = ((hour - 3.5) / 12) * 2 * Math.PI + 0.02;
  const to = ((hour - 2.5) / 12) * 2 * Math.PI - 0.02;
  const at = (radius, angle) => `${(CENTRE + radius * Math.cos(angle)).toFixed(1)} ${(CENTRE + radius * Math.sin(angle)).toFixed(1)}`;
  return `M${at(inner, from)}L${at(outer, from)}A${outer} ${outer} 0 0 1 ${at(outer, to)}L${at(inner, to)}A${inner} ${inner} 0 0 0 ${at(inner, from)}Z`;
}

/** Tempo and section, in the corner across from the title. */
function Beside({ score }) {
  const section = score?.section.value;
  const bpm = score?.bpm.value;
  const parts = [section && t(`section.${section}`), bpm && t("home.bpm", { bpm: number(bpm, 1) })];
  return html`<p class="instrument-beside figure">${parts.filter(Boolean).join(" · ")}</p>`;
}

export function KeyWheel({ room }) {
  const held = useSignal(room.key);
  const score = useSignal(room.score);
  const camelot = held?.camelot ?? null;
  const good = camelot === null ? new Set() : compatible(camelot);
  const names = Object.keys(RINGS).flatMap((ring) => Array.from({ length: 12 }, (_, index) => `${index + 1}${ring}`));
  return html`
    <section class="panel instrument" aria-labelledby="wheel-title">
      <h3 id="wheel-title">${t("studio.key_wheel")}</h3>
      <${Beside} score=${score} />
      <svg class="wheel" viewBox="0 0 160 160" aria-hidden="true">
        ${names.map((name) => {
          const ring = name.at(-1);
          const hour = Number.parseInt(name, 10);
          const angle = ((hour - 3) / 12) * 2 * Math.PI;
          const middle = (RINGS[ring][0] + RINGS[ring][1]) / 2;
          return html`
            <g key=${name} class="wheel-key" data-is=${name === camelot ? "now" : good.has(name) ? "good" : ""}>
              <path d=${segment(hour, RINGS[ring])} />
              <text x=${CENTRE + middle * Math.cos(angle)} y=${CENTRE + middle * Math.sin(angle)}>${name}</text>
            </g>`;
        })}
      </svg>
      <p class="instrument-value figure">${camelot ?? t("live.not_yet")}</p>
      <p class="instrument-text">${camelot === null ? t("studio.wheel.none")
        : t("studio.wheel.good", { key: keyName(held.name), good: [...good].join(", ") })}</p>
    </section>`;
}

