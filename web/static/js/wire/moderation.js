// What a moderator asks of the server over HTTP, with the DJ's stream key or a pass as bearer.

const ANSWER_MS = 8_000;

/** `code` is for the locale files; "unreachable" where nobody answered. */
export class ModerationFailed extends Error {
  constructor(code, status = 0) {
    super(code);
    this.code = code;
    this.status = status;
  }

  /** Whether another pass is needed. */
  get isRefusal() {
    return this.status === 401 || this.status === 403;
  }
}

export class Moderation {
  constructor(room, credential) {
    this.base = `/api/rooms/${encodeURIComponent(room)}`;
    this.credential = credential;
  }

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

  dismiss(id) {
    return this.ask("DELETE", `/moderators/${encodeURIComponent(id)}`);
  }

  async ask(method, path, body = null) {
    let response;
    try {
      response = await fetch(this.base + path, {
        method,
        headers: { Authorization: `Bearer ${this.credential()}`, ...(body && { "Content-Type": "application/json" }) },
        body: body && JSON.stringify(body),
        cache: "no-store",
        signal: AbortSignal.timeout(ANSWER_MS),
      });
    } catch {
      throw new ModerationFailed("unreachable");
    }
    const text = await response.text();
    const answer = text === "" ? {} : parsed(text);
    if (!response.ok) throw new ModerationFailed(answer.code ?? "unreachable", response.status);
    return answer;
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
