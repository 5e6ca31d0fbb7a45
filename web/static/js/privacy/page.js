// The privacy page: plain sentences, a table of what is kept, and what this very browser holds.

import { html, useEffect, useState } from "../shared/view.js";
import { t } from "../shared/i18n.js";
import { Page, TopBar, notify } from "../shared/shell.js";
import { forgetVisitor, keptName, knownVisitor } from "../wire/visitor.js";

const KEPT = ["chat", "person", "address", "judged", "held", "pulse", "moments", "recording", "moderators", "logs"];
const SECTIONS = ["machine", "mood", "others", "rights"];

export function PrivacyPage() {
  return html`<${Page}>${() => html`<${TopBar} /><${Contents} />`}<//>`;
}

function Contents() {
  useEffect(() => {
    document.title = `${t("common.privacy")} · DJ UNIVERSE Live`;
  });
  return html`
    <main id="main" class="privacy" tabindex="-1">
      <div><h1>${t("privacy.title")}</h1><p class="privacy-lead">${t("privacy.lead")}</p></div>
      <table class="kept">
        <caption>${t("privacy.kept")}</caption>
        <thead><tr><th scope="col">${t("privacy.column.what")}</th><th scope="col">${t("privacy.column.how")}</th></tr></thead>
        <tbody>${KEPT.map((each) => html`<tr key=${each}><th scope="row">${t(`privacy.kept.${each}`)}</th><td>${t(`privacy.kept.${each}_text`)}</td></tr>`)}</tbody>
      </table>
      <${Here} />
      ${SECTIONS.map((section) => html`<section key=${section}><h2>${t(`privacy.${section}`)}</h2><p>${t(`privacy.${section}_text`)}</p></section>`)}
    </main>`;
}

/** What this browser keeps by itself, and the way to make it forget who it is. */
function Here() {
  const [secret, setSecret] = useState(knownVisitor());
  const name = secret === null ? null : keptName();
  const forget = () => {
    forgetVisitor();
    setSecret(knownVisitor());
    notify(t("privacy.forgotten"));
  };
  return html`
    <section class="privacy-here" aria-labelledby="here-title">
      <h2 id="here-title">${t("privacy.here")}</h2>
      <p>${t("privacy.here_text")}</p>
      <dl>
        <div><dt>${t("privacy.here.secret")}</dt><dd>${secret === null ? t("privacy.here.none") : t("privacy.here.some", { beginning: secret.slice(0, 4) })}</dd></div>
        <div><dt>${t("privacy.here.name")}</dt><dd>${name ?? t("privacy.here.none")}</dd></div>
        <div><dt>${t("privacy.here.settings")}</dt><dd>${t("privacy.here.settings_text")}</dd></div>
      </dl>
      ${secret !== null && html`<button type="button" class="button button-quiet" onClick=${forget}>${t("privacy.forget")}</button>`}
    </section>`;
}
