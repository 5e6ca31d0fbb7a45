// How the crowd feels: its hype index, mood and favourite emotes; and five buttons to cheer with.

import { html, signal, useEffect, useRef, useSignal } from "../shared/view.js";
import { number, t } from "../shared/i18n.js";
import { reducedMotion } from "../shared/theme.js";
import { REACTIONS, EmoteImage, emoteName } from "./emotes.js";

const FLOATS_MOST = 12;
const OTHERS_MOST = 2; // of a kind that float up at once for what others gave
const MOODS = [[-0.5, "angry"], [-0.15, "low"], [0.15, "calm"], [0.5, "good"], [Infinity, "great"]];
const TOP_MOST = 3;

export function Pulse({ chat }) {
  const pulse = useSignal(chat.crowd.pulse);
  const sources = useSignal(chat.emotes.sources);
  const hype = pulse?.hype ?? null;
  const reason = t(`crowd.reason.${pulse?.reason ?? "warming_up"}`, {}, t("crowd.reason.warming_up"));
  const mood = pulse?.mood == null ? null : MOODS.find(([most]) => pulse.mood < most)[1];
  return html`
    <section class="pulse" aria-label=${t("crowd.pulse")} data-known=${hype !== null}>
      <p class="pulse-hype"><span class="pulse-label">${t("crowd.hype")}</span>
        <span class="pulse-value figure">${hype === null ? t("live.not_yet") : number(hype, 0)}</span></p>
      <div class="pulse-side">
        <span class="pulse-bar" role="meter" aria-label=${t("crowd.hype")} aria-valuemin="0" aria-valuemax="100" aria-valuenow=${Math.round(hype ?? 0)}
          aria-valuetext=${hype === null ? reason : number(hype, 0)}><i style=${{ transform: `scaleX(${(hype ?? 0) / 100})` }}></i></span>
        <p class="pulse-words">
          <span>${hype === null ? reason : mood === null ? t("crowd.people", { count: pulse.chatters, number: number(pulse.chatters) }) : t(`crowd.mood.${mood}`)}</span>
          ${(pulse?.top_emotes ?? []).slice(0, TOP_MOST).map((name) => sources.has(name)
            && html`<${EmoteImage} key=${name} name=${name} src=${sources.get(name)} size=${18} />`)}
        </p>
      </div>
    </section>`;
}

/** Tap to cheer. What is given floats up, one's own and a little of the others'. */
export function Reactions({ chat }) {
  const pulse = useSignal(chat.crowd.pulse);
  const joined = useSignal(chat.crowd.phase) === "joined";
  const sources = useSignal(chat.emotes.sources);
  const floats = useRef(null);
  floats.current ??= new Floats();
  const before = useRef(null);
  useEffect(() => {
    for (const name of REACTIONS) {
      const more = (pulse?.reactions[name] ?? 0) - (before.current?.reactions[name] ?? Infinity);
      for (let count = 0; count < Math.min(more, OTHERS_MOST); count += 1) floats.current.rise(name);
    }
    before.current = pulse;
  }, [pulse]);
  return html`
    <div class="reactions" role="group" aria-label=${t("crowd.cheer")}>
      ${REACTIONS.map((name) => {
        const count = pulse?.reactions[name] ?? 0;
        return html`
          <button type="button" key=${name} class="reaction" disabled=${!joined} title=${emoteName(name)}
            aria-label=${count > 0 ? t("crowd.cheer_with", { name: emoteName(name), number: number(count) }) : emoteName(name)}
            onClick=${() => chat.crowd.cheer(name) && floats.current.rise(name)}>
            <img src=${sources.get(name)} alt="" width="24" height="24" /><span class="reaction-count figure">${count > 0 && number(count)}</span>
          </button>`;
      })}
      <${Rising} floats=${floats.current} sources=${sources} />
    </div>`;
}

class Floats {
  constructor() {
    this.list = signal([]); // {id, name, place}
    this.made = 0;
  }

  rise(name) {
    if (reducedMotion.matches || document.visibilityState === "hidden") return;
    this.made += 1;
    const place = REACTIONS.indexOf(name) + 0.5 + (Math.random() - 0.5) * 0.7;
    this.list.value = [...this.list.peek(), { id: this.made, name, place }].slice(-FLOATS_MOST);
  }

  gone(id) {
    this.list.value = this.list.peek().filter((each) => each.id !== id);
  }
}

function Rising({ floats, sources }) {
  return html`
    <div class="floats" aria-hidden="true">
      ${useSignal(floats.list).map(({ id, name, place }) => html`
        <img key=${id} class="float" src=${sources.get(name)} alt="" width="28" height="28" style=${{ left: `${(place / REACTIONS.length) * 100}%` }}
          onAnimationEnd=${() => floats.gone(id)} />`)}
    </div>`;
}
