// The four components of the set; each opens the list of where its points went.

import { html, useEffect, useRef, useState } from "../shared/view.js";
import { t } from "../shared/i18n.js";
import { useModule } from "../shared/hooks.js";
import { COMPONENTS } from "../shared/icons.js";
import { ComponentScore } from "../shared/scores.js";

export function ComponentPoints({ score, pending }) {
  const [open, setOpen] = useState(null);
  const list = useRef(null);
  const parts = useModule(() => import("../shared/losses.js"), open !== null);
  useLeaving(list, open !== null, () => setOpen(null));
  return html`
    <ul class="components" ref=${list}>
      ${COMPONENTS.map((component) => {
        const estimate = score?.set.components[component] ?? null;
        const shown = open === component && estimate !== null && parts !== null;
        const lost = score?.set.losses?.some((loss) => loss.component === component && loss.points !== 0);
        const name = t(`component.${component}`);
        return html`
          <${ComponentScore} key=${component} component=${component} estimate=${estimate} pending=${pending}
            label=${estimate !== null && lost && {
              text: t("live.points_of", { component: name }), expanded: shown,
              onClick: () => setOpen(shown ? null : component),
            }}>
            ${shown && html`
              <div class="points-card" role="group" aria-label=${t("live.points_of", { component: name })}>
                <p class="points-title">${t("live.points")}</p>
                <${parts.LossList} losses=${parts.lossesOf(score, component)} value=${estimate.value} />
              </div>`}
          <//>`;
      })}
    </ul>`;
}

/** Escape and a press elsewhere close what is open; focus goes back to what opened it. */
function useLeaving(list, open, onLeave) {
  useEffect(() => {
    if (!open) return undefined;
    const leave = (event) => {
      if (event.type === "pointerdown" && event.target.closest(".points-card, .component-label")) return;
      if (event.type === "keydown" && event.key !== "Escape") return;
      if (event.type === "keydown") list.current?.querySelector('[aria-expanded="true"]')?.focus();
      onLeave();
    };
    addEventListener("keydown", leave);
    addEventListener("pointerdown", leave);
    return () => {
      removeEventListener("keydown", leave);
      removeEventListener("pointerdown", leave);
    };
  }, [open]);
}
