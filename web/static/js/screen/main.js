// The screen page: /screen/{room}, for a projector or as a browser source of OBS.

import { html, render } from "../shared/view.js";
import { VisualsLayer } from "../visuals/layer.js";
import { readWishes } from "./wishes.js";
import { ScreenSession } from "./session.js";

const slug = decodeURIComponent(location.pathname.split("/")[2] ?? "");
const wishes = readWishes(new URLSearchParams(location.search));
document.documentElement.dataset.transparent = String(wishes.transparent);

const session = new ScreenSession(slug, wishes);
window.djuv = { diagnostics: () => session.diagnostics() }; // documented in docs/pages.md
session.open();

render(html`
  <h1 class="unseen">${slug}</h1>
  <${VisualsLayer} visuals=${session.visuals} room=${session.room} overlay=${wishes.overlay} />`, document.getElementById("page"));
