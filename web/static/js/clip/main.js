// The page of a clip: /clips/{id}.

import { html, render } from "../shared/view.js";
import { loadTexts } from "../shared/i18n.js";
import { Clip } from "./clip.js";
import { ClipPage } from "./page.js";

const clip = new Clip(location.pathname.split("/")[2] ?? "");
window.djuv = { diagnostics: () => clip.diagnostics() }; // documented in docs/pages.md
clip.load();

await loadTexts(["pages", "judge", "clip"]);
render(html`<${ClipPage} clip=${clip} />`, document.getElementById("page"));
