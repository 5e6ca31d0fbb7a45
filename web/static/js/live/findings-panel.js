// The list of findings, newest first, as they come.

import { html, useEffect, useRef, useSignal } from "../shared/view.js";
import { number, t } from "../shared/i18n.js";
import { FindingCard } from "../shared/findings.js";
import { ComponentMeanings } from "../shared/scores.js";
import { Passages } from "./passages.js";

const SHOWN_MOST = 120;

export function FindingsPanel({ session, selected, onSelect, inTab = false }) {
  const findings = useSignal(session.room.findings);
  const phase = useSignal(session.room.phase);
  const epoch = useSignal(session.room.epoch);
  const judged = Boolean(useSignal(session.room.score)?.set.overall);
  const over = phase === "ended" && epoch !== null;
  const none = !over ? "live.findings_none" : judged ? "live.findings_none_ended" : "live.findings_none_unjudged";
  const list = useRef(null);
  useEffect(() => {
    if (selected === null) return;
    const card = list.current?.querySelector(`[data-id="${CSS.escape(selected.id)}"]`);
    card?.scrollIntoView({ block: "nearest" });
  }, [selected]);
  const newestFirst = findings.slice(-SHOWN_MOST).reverse();
  return html`
    <section class="findings" aria-labelledby="findings-title">
      <div class="findings-head" data-in-tab=${inTab}>
        <h2 id="findings-title" class=${inTab ? "unseen" : ""}>${t("live.findings")}</h2>
        ${!inTab && findings.length > 0 && html`<span class="count figure">${number(findings.length)}</span>`}
      </div>
      <${Passages} room=${session.room} onSelect=${onSelect} />
      ${newestFirst.length === 0
        ? html`<p class="findings-none">${t(none)}</p>
          <${ComponentMeanings} />`
        : html`<ol class="findings-list" ref=${list} tabindex="0" aria-labelledby="findings-title">
            ${newestFirst.map((finding) => html`
              <li key=${finding.id}>
                <${FindingCard} finding=${finding} selected=${selected?.id === finding.id}
                  onSelect=${(each) => onSelect(selected?.id === each.id ? null : each)} />
              </li>`)}
          </ol>`}
    </section>`;
}
