// The studio: /studio.

import { html, render } from "../shared/view.js";
import { loadTexts } from "../shared/i18n.js";
import { StudioSession } from "./session.js";
import { StudioPage } from "./page.js";

const session = new StudioSession();
window.djuv = { diagnostics: () => session.diagnostics() }; // documented in docs/pages.md

await loadTexts(["pages", "judge", "stream", "server"]);
render(html`<${StudioPage} session=${session} />`, document.getElementById("page"));
