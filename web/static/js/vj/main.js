// The VJ's page of one room: /vj/{room}.

import { html, render } from "../shared/view.js";
import { loadTexts } from "../shared/i18n.js";
import { addIcons } from "../shared/icons.js";
import { notify } from "../shared/shell.js";
import { ICONS } from "./icons.js";
import { VjPage } from "./page.js";
import { VjSession } from "./session.js";
import { changeText, faultText } from "./words.js";

addIcons(ICONS);
const session = new VjSession(decodeURIComponent(location.pathname.split("/")[2] ?? ""), {
  onFault: (error) => notify(faultText(error)),
  onChange: (names, settings) => notify(changeText(names, settings)),
});
window.djuv = { diagnostics: () => session.diagnostics() }; // documented in docs/pages.md

await loadTexts(["pages", "door", "vj", "server"]);
session.open();
render(html`<${VjPage} session=${session} />`, document.getElementById("page"));
