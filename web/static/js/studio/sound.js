// Step 1: choose the sound, see that it is loud, whole and untouched.

import { html, useFrames, useRef, useSignal } from "../shared/view.js";
import { number, t } from "../shared/i18n.js";
import { Icon } from "../shared/icons.js";
import { mayCaptureTab } from "./capture.js";
import { FLOOR_DB } from "./meter.js";
import { paintMeters } from "./meter-paint.js";

const KINDS = { device: "mic", tab: "app-window", file: "file-audio" };
const NO_SOUND = [0, 1].map(() => ({ peakDb: FLOOR_DB, rmsDb: FLOOR_DB, holdDb: FLOOR_DB }));

export function Sound({ session, compact }) {
  const kind = useSignal(session.kind);
  const source = useSignal(session.source);
  const error = useSignal(session.captureError); // on air, too: a set goes on with another input
  return html`
    <section class="panel sound" aria-labelledby="sound-title">
      ${compact ? html`<div class="sound-head"><h2 id="sound-title">${t("studio.sound_now")}</h2>${source && html`<p class="source-name">${source.label}</p>`}</div>`
        : html`<${StepTitle} id="sound-title" number="1" done=${source !== null} title=${t("studio.step1")} />`}
      ${(!compact || error) && html`
        <div class="segmented wide" role="group" aria-label=${t("studio.source")}>
          ${Object.entries(KINDS).map(([name, icon]) => html`
            <button type="button" key=${name} aria-pressed=${kind === name} onClick=${() => { session.kind.value = name; }}>
              <${Icon} name=${icon} size=${16} />${t(`studio.kind.${name}`)}</button>`)}
        </div>`}
      ${(!compact || error || source === null) && html`<${Chooser} session=${session} kind=${kind} />`}
      <${Meters} session=${session} />
      <${Warnings} session=${session} />
    </section>`;
}

export function StepTitle({ id, number: step, title, done = false }) {
  return html`
    <div class="step-title">
      <span class="step-number figure" data-done=${done} aria-hidden="true">${done ? html`<${Icon} name="check" size=${14} />` : step}</span>
      <h2 id=${id}>${title}</h2>
    </div>`;
}

function Chooser({ session, kind }) {
  const inputs = useSignal(session.inputs);
  const source = useSignal(session.source);
  const busy = useSignal(session.capturing);
  const error = useSignal(session.captureError);
  const body = { device: DeviceChooser, tab: TabChooser, file: FileChooser }[kind];
  return html`
    <div class="chooser">
      <${body} session=${session} inputs=${inputs} source=${source?.kind === kind ? source : null} busy=${busy} />
      ${error && html`<p class="warning" role="alert"><${Icon} name="triangle-alert" size=${16} /><span>${t(`studio.capture.${error}`)}</span></p>`}
    </div>`;
}

function DeviceChooser({ session, inputs, source, busy }) {
  const named = inputs.some((each) => each.label !== "");
  if (!named || source === null) {
    return html`
      <p class="quiet">${t("studio.device_text")}</p>
      <button type="button" class="button" disabled=${busy} onClick=${() => session.useDevice()}>
        <${Icon} name="mic" size=${18} />${t("studio.allow")}</button>`;
  }
  return html`
    <label class="field"><span>${t("studio.input")}</span>
      <select class="input" value=${source.track.getSettings().deviceId} onChange=${(event) => session.useDevice(event.target.value)}>
        ${inputs.map((each) => html`<option key=${each.deviceId} value=${each.deviceId}>${each.label}</option>`)}
      </select>
    </label>`;
}

function TabChooser({ session, source, busy }) {
  if (!mayCaptureTab()) return html`<p class="quiet">${t("studio.tab_unknown")}</p>`;
  return html`
    <p class="quiet">${source ? source.label || t("studio.tab_shared") : t("studio.tab_text")}</p>
    <button type="button" class=${`button ${source ? "button-quiet" : ""}`} disabled=${busy} onClick=${() => session.useTab()}>
      <${Icon} name="app-window" size=${18} />${source ? t("studio.tab_other") : t("studio.tab_share")}</button>`;
}

function FileChooser({ session, source }) {
  const monitoring = useSignal(session.monitoring);
  const chosen = (event) => event.target.files[0] && session.useFile(event.target.files[0]);
  return html`
    <p class="quiet">${source ? source.label : t("studio.file_text")}</p>
    <label class=${`button file-button ${source ? "button-quiet" : ""}`}>
      <${Icon} name="file-audio" size=${18} />${source ? t("studio.file_other") : t("studio.file_choose")}
      <input type="file" accept="audio/*,video/mp4,video/webm" class="unseen" onChange=${chosen} />
    </label>
    ${source && html`
      <label class="check"><input type="checkbox" checked=${monitoring} onChange=${(event) => session.setMonitoring(event.target.checked)} />
        <span>${t("studio.file_hear")}</span></label>`}`;
}

/** Two channels in dBFS, standing where there is height for it; the peak is text as well. */
function Meters({ session }) {
  const canvas = useRef(null);
  const figures = useRef(null);
  const clipped = useSignal(session.clipped);
  useFrames(() => {
    if (canvas.current === null || figures.current === null) return;
    const channels = session.meter?.channels ?? NO_SOUND;
    paintMeters(canvas.current, channels);
    const peak = Math.max(...channels.map((channel) => channel.holdDb));
    const text = peak <= FLOOR_DB ? t("studio.no_signal") : t("studio.peak", { db: number(peak, 1) });
    if (figures.current.textContent !== text) figures.current.textContent = text;
  }, [session]);
  return html`
    <div class="meters">
      <div class="meters-head">
        <span class="figure" ref=${figures}>${t("studio.no_signal")}</span>
        <button type="button" class="clip-lamp" data-on=${clipped} disabled=${!clipped} onClick=${() => session.resetClip()}
          aria-label=${clipped ? t("studio.clipped_reset") : t("studio.not_clipped")}>${t("studio.clip")}</button>
      </div>
      <canvas ref=${canvas} role="img" aria-label=${t("studio.meters")}></canvas>
    </div>`;
}

function Warnings({ session }) {
  const source = useSignal(session.source);
  const heard = useSignal(session.heardWarnings);
  if (source === null) return null;
  const settings = source.track.getSettings();
  const codes = [...source.warnings, ...heard];
  const values = { rate: number((settings.sampleRate ?? 0) / 1000, 1) };
  return html`
    <div class="warnings" role="status">
      ${codes.length === 0
        ? html`<p class="all-well"><${Icon} name="check" size=${16} /><span>${t("studio.sound_well")}</span></p>`
        : codes.map((code) => html`
          <p class="warning" key=${code}><${Icon} name="triangle-alert" size=${16} /><span>${t(`studio.warning.${code}`, values)}</span></p>`)}
    </div>`;
}
