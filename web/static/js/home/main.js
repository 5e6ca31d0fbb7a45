// The home page: who is on air.

import { html, render } from "../shared/view.js";
import { loadTexts } from "../shared/i18n.js";
import { HomePage } from "./page.js";
import { Rooms } from "./rooms.js";

const rooms = new Rooms();
window.djuv = { diagnostics: () => ({ rooms: rooms.list.peek()?.length ?? null, failed: rooms.failed.peek() }) };
rooms.watch();

await loadTexts(["pages", "judge", "home"]);
render(html`<${HomePage} rooms=${rooms} />`, document.getElementById("page"));
