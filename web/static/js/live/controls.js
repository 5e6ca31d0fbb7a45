// Sound, volume, timing, sharing, full screen, help: one row below the picture.

import { html, useEffect, useRef, useSignal, useState } from "../shared/view.js";
import { number, t } from "../shared/i18n.js";
import { Icon } from "../shared/icons.js";

const OFFSET_MOST_MS = 600;

export function Controls({ session, actions }) {
  const sound = useSignal(session.player.state);
  const volume = useSignal(session.volume);
  const [timing, setTiming] = useState(false);
  const on = sound === "on" || sound === "starting";
  const full = useFullScreen();
  return html`
    <div class="controls" role="group" aria-label=${t("live.controls")}>
      <${Button} icon=${on ? "volume-2" : "volume-x"} label=${on ? t("live.sound_off") : t("live.sound_on")}
        pressed=${on} keys="Space" onClick=${actions.sound} />
      <input class="slider volume" type="range" min="0" max="1" step="0.01" value=${volume}
        aria-label=${t("live.volume")} aria-valuetext=${t("live.percent", { percent: Math.round(volume * 100) })}
        onInput=${(event) => session.setVolume(Number(event.target.value))} />
      <div class="timing">
        <${Button} icon="timer" label=${t("live.timing")} expanded=${timing} onClick=${() => setTiming(!timing)} />
        ${timing && html`<${Timing} session=${session} onClose=${() => setTiming(false)} />`}
      </div>
      <${Button} icon="share-2" label=${t("live.share")} onClick=${actions.share} />
      <${Button} icon=${full ? "minimize" : "maximize"} label=${full ? t("live.leave_full") : t("live.full_screen")}
        keys="F" onClick=${actions.fullScreen} />
      <${Button} icon="circle-help" label=${t("live.help")} keys="?" onClick=${actions.help} />
    </div>`;
}

function Button({ icon, label, onClick, pressed = null, expanded = null, keys = null }) {
  return html`
    <button type="button" class="icon-button on-screen" aria-label=${label} aria-pressed=${pressed}
      aria-expanded=${expanded} aria-keyshortcuts=${keys} title=${label} onClick=${onClick}>
      <${Icon} name=${icon} />
    </button>`;
}

/** Bluetooth loudspeakers lag by what no browser knows: the ear sets it. */
function Timing({ session, onClose }) {
  const offset = useSignal(session.offsetMs);
  const report = useSignal(session.player.report);
  const box = useRef(null);
  useEffect(() => {
    box.current.querySelector("input").focus();
    const leave = (event) => {
      if (event.type === "keydown" ? event.key === "Escape" : !box.current.parentElement.contains(event.target)) onClose();
    };
    addEventListener("keydown", leave);
    addEventListener("pointerdown", leave);
    return () => {
      removeEventListener("keydown", leave);
      removeEventListener("pointerdown", leave);
    };
  }, []);
  return html`
    <div ref=${box} class="timing-box" role="group" aria-label=${t("live.timing")}>
      <label for="offset">${t("live.offset")}<output class="figure">${t("live.milliseconds", { ms: number(offset) })}</output></label>
      <input id="offset" class="slider" type="range" min="0" max=${OFFSET_MOST_MS} step="10" value=${offset}
        onInput=${(event) => session.setOffset(Number(event.target.value))} />
      <p>${t("live.offset_text")}</p>
      ${report && html`
        <dl class="timing-facts">
          <div><dt>${t("live.buffer")}</dt><dd class="figure">${t("live.milliseconds", { ms: number(Math.round(report.fillSeconds * 1000 / 10) * 10) })}</dd></div>
          <div><dt>${t("live.dropouts")}</dt><dd class="figure">${number(report.glitches)}</dd></div>
        </dl>`}
    </div>`;
}

function useFullScreen() {
  const [full, setFull] = useState(document.fullscreenElement !== null);
  useEffect(() => {
    const changed = () => setFull(document.fullscreenElement !== null);
    document.addEventListener("fullscreenchange", changed);
    return () => document.removeEventListener("fullscreenchange", changed);
  }, []);
  return full;
}
