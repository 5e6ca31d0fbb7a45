// What is kept of people, and for how long: /privacy.

import { html, render } from "../shared/view.js";
import { loadTexts } from "../shared/i18n.js";
import { PrivacyPage } from "./page.js";

window.djuv = { diagnostics: () => ({}) };

await loadTexts(["pages", "privacy"]);
render(html`<${PrivacyPage} />`, document.getElementById("page"));
