// Play, place, volume: one row below the picture.

import { html, useEffect, useSignal } from "../shared/view.js";
import { clockTime, t } from "../shared/i18n.js";
import { Icon } from "../shared/icons.js";

const STEP_SECONDS = 5;

export function Controls({ player }) {
  const playing = useSignal(player.playing);
  const ended = useSignal(player.ended);
  const position = useSignal(player.position);
  const trouble = useSignal(player.trouble);
  useKeys(player);
  const label = playing ? t("clip.pause") : ended ? t("clip.again") : t("clip.play");
  const icon = playing ? "pause" : ended ? "rotate-cw" : "play";
  const time = clockTime(position);
  const length = clockTime(Math.round(player.length));
  return html`
    <div class="clip-controls" role="group" aria-label=${t("clip.player")}>
      <button type="button" class="clip-play" aria-label=${label} title=${label} aria-keyshortcuts="Space"
        disabled=${trouble === "unplayable"} onClick=${() => player.toggle()}>
        <${Icon} name=${icon} size=${24} />
      </button>
      <input class="slider clip-place" type="range" min="0" max=${player.length} step="0.1" value=${position}
        aria-label=${t("clip.seek")} aria-valuetext=${t("clip.seek_value", { time, length })}
        disabled=${trouble === "unplayable"} onInput=${(event) => player.seek(Number(event.target.value))} />
      <span class="clip-time figure" aria-hidden="true">${time} / ${length}</span>
      <${Loudness} player=${player} />
    </div>
    ${trouble && html`<p class="clip-trouble" role="status"><${Icon} name="triangle-alert" size=${16} />${t(`clip.${trouble}`)}</p>`}`;
}

function Loudness({ player }) {
  const volume = useSignal(player.volume);
  const muted = useSignal(player.muted);
  const silent = muted || volume === 0;
  const label = silent ? t("clip.sound_on") : t("clip.sound_off");
  return html`
    <div class="clip-volume">
      <button type="button" class="icon-button" aria-label=${label} title=${label} aria-pressed=${!silent}
        onClick=${() => player.setMuted(!muted)}><${Icon} name=${silent ? "volume-x" : "volume-2"} /></button>
      <input class="slider" type="range" min="0" max="1" step="0.01" value=${muted ? 0 : volume}
        aria-label=${t("clip.volume")} aria-valuetext=${t("clip.percent", { percent: Math.round((muted ? 0 : volume) * 100) })}
        onInput=${(event) => player.setVolume(Number(event.target.value))} />
    </div>`;
}

function useKeys(player) {
  useEffect(() => {
    const steps = { ArrowLeft: -STEP_SECONDS, ArrowRight: STEP_SECONDS };
    const listen = (event) => {
      const busy = event.target.closest("button, input, select, textarea, a, summary, dialog");
      if (busy || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === " ") player.toggle();
      else if (steps[event.key] !== undefined) player.seek(player.now + steps[event.key]);
      else return;
      event.preventDefault();
    };
    addEventListener("keydown", listen);
    return () => removeEventListener("keydown", listen);
  }, [player]);
}
