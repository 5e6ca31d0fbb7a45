// A moderator's pass to one room: it comes behind the # of an address, which no server ever sees, and
// stays in this tab until it is closed.

import { recall, remember } from "../shared/memory.js";

const TAB = { tab: true };
const name = (room) => `pass.${room}`;

/** The pass behind the #, null where there is none. */
function given() {
  return new URLSearchParams(location.hash.slice(1)).get("pass");
}

/** Tell `present` of a pass that comes while the page is open: no script runs anew for it. */
export function onPass(room, present) {
  addEventListener("hashchange", () => {
    if (given() !== null) present(passOf(room));
  });
}

/** The pass to `room`, taken out of the address where it stands there; null where there is none. */
export function passOf(room) {
  const pass = given();
  if (pass !== null) {
    keepPass(room, pass.trim());
    history.replaceState(history.state, "", location.pathname + location.search);
  }
  return recall(name(room), null, TAB);
}

export function keepPass(room, pass) {
  remember(name(room), pass || null, TAB);
}

/** The address that opens a page of a room ("moderate", "vj") for who holds `pass`. */
export function passAddress(room, pass, page = "moderate") {
  return new URL(`/${page}/${encodeURIComponent(room)}#pass=${encodeURIComponent(pass)}`, location.href).href;
}
