// What the keys do and how to read the numbers.

import { html } from "../shared/view.js";
import { t } from "../shared/i18n.js";
import { Dialog } from "../shared/shell.js";
import { ComponentMeanings } from "../shared/scores.js";

const KEYS = ["space", "f", "c", "v", "help", "arrows", "zoom", "home"];

export function HelpDialog({ open, onClose }) {
  return html`
    <${Dialog} open=${open} onClose=${onClose} title=${t("live.help")}>
      <h3>${t("live.help_keys")}</h3>
      <dl class="keys">
        ${KEYS.map((key) => html`<div key=${key}><dt><kbd>${t(`live.key.${key}`)}</kbd></dt><dd>${t(`live.key.${key}_text`)}</dd></div>`)}
      </dl>
      <h3>${t("live.help_scores")}</h3>
      <p>${t("live.help_scores_text")}</p>
      <${ComponentMeanings} />
      <p class="quiet">${t("live.help_limits")}</p>
      <p><a href="/privacy">${t("common.privacy_text")}</a></p>
    <//>`;
}
