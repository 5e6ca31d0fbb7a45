// Tabs as everybody expects them: arrows move between them, the panel is named by its tab.

import { html, useRef } from "./view.js";
import { number } from "./i18n.js";

/** @param {{label: string, tabs: {id: string, label: string, count?: number}[]}} what */
export function Tabs({ label, tabs, chosen, onChoose }) {
  const list = useRef(null);
  const move = (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const at = tabs.findIndex((each) => each.id === chosen);
    const next = tabs[(at + by + tabs.length) % tabs.length];
    onChoose(next.id);
    list.current.querySelector(`#tab-${next.id}`).focus();
  };
  return html`
    <div class="tabs" role="tablist" aria-label=${label} ref=${list} onKeyDown=${move}>
      ${tabs.map((tab) => html`
        <button type="button" role="tab" key=${tab.id} id=${`tab-${tab.id}`} class="tab" aria-selected=${tab.id === chosen}
          aria-controls=${tab.id === chosen ? `panel-${tab.id}` : null} tabindex=${tab.id === chosen ? 0 : -1}
          onClick=${() => onChoose(tab.id)}>${tab.label}${tab.count > 0 && html` <span class="count figure">${number(tab.count)}</span>`}</button>`)}
    </div>`;
}

export function TabPanel({ id, className = "", children }) {
  return html`<div role="tabpanel" id=${`panel-${id}`} class=${`tab-panel ${className}`} aria-labelledby=${`tab-${id}`}>${children}</div>`;
}
