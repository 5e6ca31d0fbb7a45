// Who this browser is in a room's chat: a secret that it made itself, and the name its person chose.
//
// Nothing is made or kept before somebody speaks, cheers or goes live. The server sees a digest of the
// secret at most; whoever forgets it here is somebody else from then on.

import { recall, remember } from "../shared/memory.js";

const SECRET = "visitor";
const NAME = "chat-name";
const SECRET_BYTES = 16;
const SECRET_FORMAT = /^[0-9a-f]{32}$/;

let unkept = null; // where the browser refuses to store, the secret lives as long as the page

/** The secret of this browser, or null where it has none yet. */
export function knownVisitor() {
  const kept = recall(SECRET, "");
  return SECRET_FORMAT.test(kept) ? kept : unkept;
}

/** The secret of this browser, made now if there is none. */
export function visitor() {
  const known = knownVisitor();
  if (known !== null) return known;
  unkept = randomHex(SECRET_BYTES);
  remember(SECRET, unkept);
  return unkept;
}

export function keptName() {
  return knownVisitor() === null ? null : recall(NAME);
}

export function keepName(name) {
  remember(NAME, name);
}

/** Be nobody again. */
export function forgetVisitor() {
  unkept = null;
  remember(SECRET, null);
  remember(NAME, null);
}

export function randomHex(bytes) {
  return Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
