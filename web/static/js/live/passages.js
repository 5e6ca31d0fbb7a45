// The transitions one by one: how each was made, and what was measured of it.
//
// The newest is shown as it comes, unless someone stepped back. Every figure has its place from the
// beginning, so that nothing moves when it arrives.

import { html, useEffect, useSignal, useState } from "../shared/view.js";
import { clockTime, number, signed, t } from "../shared/i18n.js";
import { Icon } from "../shared/icons.js";

const amount = (reading, decimals, unit) => `${number(Math.abs(reading.value), decimals)} ${unit}`;
const change = (reading, unit) => `${signed(reading.value)} ${unit}`;
const beats = (count) => t(Math.round(Math.abs(count)) === 1 ? "unit.beat" : "unit.beats");

// In the order in which a DJ does something about it.
const FIGURES = {
  offset: [(passage) => passage.offset_ms, (reading) => amount(reading, 0, "ms")],
  drift: [(passage) => passage.drift_ms_per_second, (reading) => amount(reading, 1, "ms/s")],
  bass: [(passage) => passage.bass_excess_db, (reading) => change(reading, "dB")],
  level: [(passage) => passage.level_step_lu, (reading) => change(reading, "LU")],
  phrase: [(passage) => passage.phrase_error_beats, (reading) => amount(reading, 0, beats(reading.value))],
  harmony: [(passage) => passage.harmonic_compatibility,
    (reading) => t("live.percent", { percent: Math.round(100 * reading.value) })],
};

/** The stretch of a transition, as the timeline chooses stretches. */
function stretchOf({ index, start_seconds, end_seconds }) {
  return { id: `passage-${index}`, start_seconds, end_seconds, component: "text" };
}

export function Passages({ room, onSelect }) {
  const passages = [...useSignal(room.transitions).values()].sort((one, other) => one.index - other.index);
  const [chosen, setChosen] = useState(null); // null follows the newest
  useEffect(() => setChosen(null), [useSignal(room.epoch)]);
  const found = passages.findIndex(({ index }) => index === chosen);
  const at = found < 0 ? passages.length - 1 : found;
  const passage = passages[at];
  const step = (by) => {
    const next = passages[at + by];
    setChosen(at + by === passages.length - 1 ? null : next.index);
    onSelect(stretchOf(next));
  };
  return html`
    <section class="passage" aria-label=${t("live.passages")}>
      <div class="passage-head">
        <${Step} icon="chevron-left" label=${t("live.passage_before")} able=${at > 0} onClick=${() => step(-1)} />
        <p><span class="passage-number">${passage ? t("live.passage", { number: number(passage.index + 1) }) : t("live.passage_none")}</span>${" "}
          <strong>${passage && kindOf(passage)}</strong></p>
        ${passage && html`<${Time} passage=${passage} onSelect=${onSelect} />`}
        <${Step} icon="chevron-right" label=${t("live.passage_after")} able=${at < passages.length - 1} onClick=${() => step(1)} />
      </div>
      <dl class="passage-figures">
        ${Object.entries(FIGURES).map(([name, [reading, say]]) => html`
          <div key=${name}><dt>${t(`live.passage.${name}`)}</dt><dd class="figure">${figure(passage && reading(passage), say)}</dd></div>`)}
      </dl>
    </section>`;
}

function figure(reading, say) {
  return reading && reading.value !== null ? say(reading) : t("live.not_yet");
}

function kindOf({ kind, settled }) {
  if (kind.value !== null) return t(`kind.${kind.value}`);
  return settled ? "" : t("live.passage_under_way");
}

function Time({ passage, onSelect }) {
  const time = clockTime(passage.start_seconds);
  return html`<button type="button" class="finding-time figure" aria-label=${t("live.show_at", { time })}
    onClick=${() => onSelect(stretchOf(passage))}>${time}</button>`;
}

function Step({ icon, label, able, onClick }) {
  return html`<button type="button" class="icon-button passage-step" aria-label=${label} title=${label}
    disabled=${!able} onClick=${onClick}><${Icon} name=${icon} size=${16} /></button>`;
}
