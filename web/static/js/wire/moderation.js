// What a moderator asks of the server over HTTP, with the DJ's stream key or a pass as bearer.

import { RoomAsker } from "./asking.js";

export class Moderation extends RoomAsker {
  /** {waiting, decisions, rules} */
  read() {
    return this.ask("GET", "/moderation");
  }

  /** @param {{deed: string, message?: string, user?: string, seconds?: number}} what */
  act({ deed, message = null, user = null, seconds = null }) {
    return this.ask("POST", "/moderation", { deed, message, user, seconds });
  }

  saveRules(rules) {
    return this.ask("PUT", "/moderation/rules", rules);
  }

  /** Who moderates; the DJ alone may ask. */
  async moderators() {
    return (await this.ask("GET", "/moderators")).moderators;
  }

  /** Make a pass; the answer holds it this once. */
  invite(name) {
    return this.ask("POST", "/moderators", { name });
  }

  /** Put a picture under a name; `picture` is a Blob. */
  putEmote(name, picture) {
    return this.ask("PUT", `/emotes/${encodeURIComponent(name)}`, picture);
  }

  removeEmote(name) {
    return this.ask("DELETE", `/emotes/${encodeURIComponent(name)}`);
  }

  dismiss(id) {
    return this.ask("DELETE", `/moderators/${encodeURIComponent(id)}`);
  }
}
