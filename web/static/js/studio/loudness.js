// Loudness of what is sent, in LUFS (EBU R128), against where a live set belongs.
//
// The zone is -14 to -9 LUFS short-term: streaming services turn down what is above -14, so nothing is
// won by more; club masters lie about -9 to -7, and above -9 a mix of two of them clips or pumps in a
// limiter. Quieter than -14 and listeners reach for the volume between two sets.

import { html, useSignal } from "../shared/view.js";
import { number, t } from "../shared/i18n.js";

const LEAST = -36;
const MOST = 0;
export const ZONE = [-14, -9];

const place = (lufs) => `${Math.max(0, Math.min(100, ((lufs - LEAST) / (MOST - LEAST)) * 100))}%`;

export function loudnessVerdict(lufs) {
  if (lufs === null || lufs === undefined) return ["none", 0];
  if (lufs < ZONE[0]) return ["quiet", ZONE[0] - lufs];
  if (lufs > ZONE[1]) return ["loud", lufs - ZONE[1]];
  return ["fine", 0];
}

/** Above this, lossy encoding overshoots full scale and clips (EBU R128). */
const PEAK_MOST_DBTP = -1;

export function LoudnessBar({ room }) {
  const loudness = useSignal(room.score)?.loudness;
  const peak = loudness?.true_peak_dbtp ?? null;
  const hot = peak !== null && peak > PEAK_MOST_DBTP;
  const shortTerm = loudness?.short_term_lufs ?? null;
  const [verdict, by] = loudnessVerdict(shortTerm);
  const figure = (lufs) => (lufs === null || lufs === undefined ? t("live.not_yet") : number(lufs, 1));
  return html`
    <section class="panel instrument" aria-labelledby="loudness-title">
      <h3 id="loudness-title">${t("studio.loudness")}</h3>
      <div class="loudness" aria-hidden="true">
        <div class="loudness-track">
          <span class="loudness-zone" style=${{ left: place(ZONE[0]), right: `calc(100% - ${place(ZONE[1])})` }}></span>
          ${loudness?.momentary_lufs != null && html`<span class="loudness-bar" style=${{ width: place(loudness.momentary_lufs) }}></span>`}
          ${shortTerm !== null && html`<span class="loudness-mark" style=${{ left: place(shortTerm) }}></span>`}
        </div>
        <div class="loudness-scale figure">
          ${[-30, -24, -14, -9, 0].map((lufs) => html`<span key=${lufs} style=${{ left: place(lufs) }}>${number(lufs)}</span>`)}
        </div>
        <dl class="loudness-facts">
          <div><dt>${t("studio.momentary")}</dt><dd class="figure">${figure(loudness?.momentary_lufs)}</dd></div>
          <div><dt>${t("studio.integrated")}</dt><dd class="figure">${figure(loudness?.integrated_lufs)}</dd></div>
          <div data-hot=${hot}><dt>${t("studio.true_peak")}</dt><dd class="figure">${figure(peak)}</dd></div>
        </dl>
      </div>
      <p class="instrument-value figure">${shortTerm === null ? t("live.not_yet") : t("studio.lufs", { lufs: number(shortTerm, 1) })}</p>
      <p class="instrument-text">${t(`studio.loudness.${verdict}`, { by: number(by, 0) })}
        ${hot && html` <span class="too-hot">${t("studio.loudness_peak", { db: number(peak, 1) })}</span>`}</p>
    </section>`;
}
