// What a VJ asks of a room's show over HTTP.

import { RoomAsker } from "./asking.js";

export class Show extends RoomAsker {
  /** {settings, state} */
  read() {
    return this.ask("GET", "/show");
  }

  /** Change some settings; the others stay. */
  change(changes) {
    return this.ask("PATCH", "/show", changes);
  }

  /**
   * Black the picture out for a moment, or end that; goes out even while the page is being left. It is over
   * when no hand holds it any more: `hand` is this page's own name.
   */
  blackout(held, hand) {
    return this.ask("POST", "/show/blackout", { held, hand }, { keepalive: true });
  }

  /** @param {Blob} picture */
  putLogo(picture) {
    return this.ask("PUT", "/show/logo", picture);
  }

  removeLogo() {
    return this.ask("DELETE", "/show/logo");
  }
}
