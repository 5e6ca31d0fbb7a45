// Choose an emote with a tap: it is written where the cursor stands.

import { html, useRef, useSignal } from "../shared/view.js";
import { t } from "../shared/i18n.js";
import { useLeaving } from "../shared/hooks.js";
import { emoteName } from "./emotes.js";

export function EmotePicker({ chat, field, onClose }) {
  const box = useRef(null);
  const sources = useSignal(chat.emotes.sources);
  useLeaving(box, true, (event) => {
    if (event.type === "keydown") field.current.focus();
    else if (event.target.closest(".picker-opener")) return; // it closes what it opened
    onClose();
  });
  const choose = (name) => {
    const area = field.current;
    const before = area.value.slice(0, area.selectionStart);
    const gap = before === "" || before.endsWith(" ") ? "" : " ";
    const written = `${before}${gap}:${name}: `;
    chat.draft.value = written + area.value.slice(area.selectionEnd);
    requestAnimationFrame(() => area.setSelectionRange(written.length, written.length));
  };
  return html`
    <div class="picker" role="group" aria-label=${t("chat.emotes")} ref=${box}>
      ${[...sources].map(([name, src]) => html`
        <button type="button" key=${name} class="picker-emote" aria-label=${emoteName(name)} title=${`:${name}:`} onClick=${() => choose(name)}>
          <img src=${src} alt="" width="26" height="26" /></button>`)}
    </div>`;
}
