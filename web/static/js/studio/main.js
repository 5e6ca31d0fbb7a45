// The studio: /studio.

import { html, render } from "../shared/view.js";
import { loadTexts } from "../shared/i18n.js";
import { addIcons } from "../shared/icons.js";
import { ICONS as OF_VISUALS } from "../visuals/icons.js";
import { ICONS } from "./icons.js";
import { StudioSession } from "./session.js";
import { StudioPage } from "./page.js";

addIcons({ ...ICONS, ...OF_VISUALS });
const session = new StudioSession();
window.djuv = { diagnostics: () => session.diagnostics() }; // documented in docs/pages.md

await loadTexts(["pages", "studio", "chat", "judge", "reasons", "stream", "server"]);
render(html`<${StudioPage} session=${session} />`, document.getElementById("page"));
