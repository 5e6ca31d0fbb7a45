// Sound, volume, timing, sharing, full screen, help: one row below the picture.

import { html, useEffect, useSignal, useState } from "../shared/view.js";
import { t } from "../shared/i18n.js";
import { useModule, withTexts } from "../shared/hooks.js";
import { Icon } from "../shared/icons.js";

export function Controls({ session, actions, part }) {
  const sound = useSignal(session.player.state);
  const volume = useSignal(session.volume);
  const [timing, setTiming] = useState(false);
  const on = sound === "on" || sound === "starting";
  const full = useFullScreen();
  const late = useModule(() => withTexts(import("./timing.js"), "help"), timing);
  return html`
    <div class="controls" role="group" aria-label=${t("live.controls")}>
      <${Button} icon=${on ? "volume-2" : "volume-x"} label=${on ? t("live.sound_off") : t("live.sound_on")}
        pressed=${on} keys="Space" onClick=${actions.sound} />
      <input class="slider volume" type="range" min="0" max="1" step="0.01" value=${volume}
        aria-label=${t("live.volume")} aria-valuetext=${t("live.percent", { percent: Math.round(volume * 100) })}
        onInput=${(event) => session.setVolume(Number(event.target.value))} />
      <div class="timing">
        <${Button} icon="timer" label=${t("live.timing")} expanded=${timing} onClick=${() => setTiming(!timing)} />
        ${timing && late && html`<${late.Timing} session=${session} onClose=${() => setTiming(false)} />`}
      </div>
      ${part && html`<${part.VisualsButton} pictures=${session.pictures} />`}
      <${Button} icon="share-2" label=${t("live.share")} onClick=${actions.share} />
      ${document.fullscreenEnabled && html`<${Button} icon=${full ? "minimize" : "maximize"} label=${full ? t("live.leave_full") : t("live.full_screen")}
        keys="F" onClick=${actions.fullScreen} />`}
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

function useFullScreen() {
  const [full, setFull] = useState(Boolean(document.fullscreenElement));
  useEffect(() => {
    const changed = () => setFull(Boolean(document.fullscreenElement));
    document.addEventListener("fullscreenchange", changed);
    return () => document.removeEventListener("fullscreenchange", changed);
  }, []);
  return full;
}
