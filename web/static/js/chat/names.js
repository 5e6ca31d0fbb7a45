// Names in the chat: a hue that stays a person's own, and a badge in words for who has a say.

import { html } from "../shared/view.js";
import { t } from "../shared/i18n.js";
import { Icon } from "../shared/icons.js";

// Hues of OKLCH apart from those of the four components, which mean something else.
const HUES = [25, 40, 55, 108, 124, 140, 156, 172, 188, 238, 254, 270, 322];

/** A hue for a name, the same in every session and browser. */
export function hueOf(name) {
  let hash = 0x811c9dc5; // FNV-1a
  for (const point of name.normalize("NFC").toLowerCase()) {
    hash = Math.imul(hash ^ point.codePointAt(0), 0x01000193) >>> 0;
  }
  return HUES[hash % HUES.length];
}

const BADGES = { dj: "headphones", moderator: "shield" };

export function Name({ name, role = "viewer" }) {
  return html`${BADGES[role] && html`<span class="said-badge" data-role=${role}><${Icon} name=${BADGES[role]} size=${12} />${t(`chat.role.${role}`)}</span> `}<bdi
    class="said-name" style=${{ "--hue": hueOf(name) }}>${name}</bdi>`;
}
