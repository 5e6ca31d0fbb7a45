// The audience page: /live/{room}.

import { html, render } from "../shared/view.js";
import { loadTexts } from "../shared/i18n.js";
import { LiveSession } from "./session.js";
import { LivePage } from "./page.js";

const slug = decodeURIComponent(location.pathname.split("/")[2] ?? "");
const wishes = new URLSearchParams(location.search);

const session = new LiveSession(slug, { decoder: wishes.get("decoder") });
window.djuv = { diagnostics: () => session.diagnostics() }; // documented in docs/pages.md
session.open();

await loadTexts(["pages", "chat", "judge", "reasons"]);
render(html`<${LivePage} session=${session} />`, document.getElementById("page"));
