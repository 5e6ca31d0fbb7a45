// Moderation of one room: /moderate/{room}.

import { html, render } from "../shared/view.js";
import { loadTexts } from "../shared/i18n.js";
import { addIcons } from "../shared/icons.js";
import { ICONS } from "./icons.js";
import { ModerationSession } from "./session.js";
import { ModerationPage } from "./page.js";

addIcons(ICONS);
const session = new ModerationSession(decodeURIComponent(location.pathname.split("/")[2] ?? ""));
window.djuv = { diagnostics: () => session.diagnostics() }; // documented in docs/pages.md
session.open();

await loadTexts(["pages", "chat", "door", "moderate", "server"]);
render(html`<${ModerationPage} session=${session} />`, document.getElementById("page"));
