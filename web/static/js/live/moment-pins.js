// Epic moments on the timeline: stars along its floor, apart from what the judge found above.

import { html, useSignal, useState } from "../shared/view.js";
import { number, t } from "../shared/i18n.js";
import { Icon } from "../shared/icons.js";
import { MomentCard, momentLine, stretchOfMoment } from "../chat/moments.js";

export function MomentPins({ pins, session, selected, onSelect }) {
  const shown = useSignal(pins);
  const [open, setOpen] = useState(null);
  const openPin = shown.find((pin) => pin.findings.some((each) => each.id === open));
  const moment = openPin?.findings.find((each) => each.id === open);
  const tap = (pin) => {
    const at = pin.findings.findIndex((each) => each.id === open);
    const next = at === pin.findings.length - 1 ? null : pin.findings[at + 1];
    setOpen(next?.id ?? null);
    onSelect(next && stretchOfMoment(next));
  };
  const close = (event) => {
    if (event.key !== "Escape" || open === null) return;
    event.stopPropagation();
    setOpen(null);
    onSelect(null);
  };
  return html`
    <div class="pins moment-pins" onKeyDown=${close}>
      ${shown.map((pin) => {
        const last = pin.findings.at(-1);
        const label = pin.findings.length === 1 ? momentLine(last) : t("moment.here", { count: pin.findings.length, moment: momentLine(last) });
        return html`
          <button type="button" key=${pin.findings[0].id} class="pin moment-pin" aria-label=${label} title=${label}
            aria-expanded=${pin === openPin} data-status=${last.status} style=${{ transform: `translateX(${pin.x}px)` }} onClick=${() => tap(pin)}>
            <${Icon} name="star" size=${12} />
            ${pin.findings.length > 1 && html`<span class="pin-count figure">${number(pin.findings.length)}</span>`}
          </button>`;
      })}
      ${moment && html`
        <div class="pin-card moment-card" style=${{ left: `clamp(8px, ${openPin.x - 150}px, calc(100% - 308px))` }}>
          <${MomentCard} moment=${moment} room=${session.room} selected=${selected?.id === `moment-${moment.id}`} />
        </div>`}
    </div>`;
}
