// What people with a credential ask of a room over HTTP: the DJ's stream key or a pass as bearer.

const ANSWER_MS = 8_000;

/** `code` is for the locale files; "unreachable" where nobody answered. */
export class AskingFailed extends Error {
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

export class RoomAsker {
  constructor(room, credential) {
    this.base = `/api/rooms/${encodeURIComponent(room)}`;
    this.credential = credential;
  }

  /** Throws `AskingFailed`. A `Blob` is sent as it is, anything else as JSON. */
  async ask(method, path, body = null, { keepalive = false } = {}) {
    const type = body instanceof Blob ? body.type : "application/json";
    let response;
    try {
      response = await fetch(this.base + path, {
        method,
        headers: { Authorization: `Bearer ${this.credential()}`, ...(body && { "Content-Type": type }) },
        body: body && (body instanceof Blob ? body : JSON.stringify(body)),
        cache: "no-store",
        keepalive,
        signal: AbortSignal.timeout(ANSWER_MS),
      });
    } catch {
      throw new AskingFailed("unreachable");
    }
    const text = await response.text();
    const answer = text === "" ? {} : parsed(text);
    if (!response.ok) throw new AskingFailed(answer.code ?? "unreachable", response.status);
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
