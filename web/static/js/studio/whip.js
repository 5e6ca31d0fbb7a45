// A WHIP client (RFC 9725): publishes one track and comes back after a broken network.
//
// `state` says where it stands:
//   {is: "idle"} {is: "connecting"} {is: "live"} {is: "reconnecting", untilMs|null}
//   {is: "failed", code, details}
// The server keeps the set for a while after a break; a new offer with the same key goes on with it.
// Two encoders with one key would take the set from each other for ever: who lost the connection first
// asks whether another has taken it over, and if so leaves it there.

import { signal } from "../shared/view.js";
import { Backoff } from "../wire/backoff.js";
import { askForStereo, iceServers } from "./sdp.js";

const ENDPOINT = "/whip";
const GATHER_MS = 800;
const REQUEST_MS = 10_000;
const CONNECT_MS = 15_000;
const DISCONNECTED_MS = 3_000; // ICE often heals by itself before this
const BITRATE_BPS = 256_000; // of Opus alone: browsers aim at this number and not below it
const ASK_MS = 4_000;
const REASON_MS = 700; // the room's word on why a set is over may come after its connection broke
const FRAGMENT_TYPE = "application/trickle-ice-sdpfrag";

export class WhipFailed extends Error {
  constructor(code, { details = {}, retryAfterSeconds = null, final = false } = {}) {
    super(code);
    Object.assign(this, { code, details, retryAfterSeconds, final });
  }
}

export class WhipPublisher {
  constructor() {
    this.state = signal({ is: "idle" });
    this.room = signal(null);
    this.backoff = new Backoff();
    this.peer = null;
    this.location = null;
    this.etag = null;
    this.servers = [];
    this.attempt = 0; // grows with each start, stop and reconnection: older work sees that it is late
    this.timer = 0;
    addEventListener("online", () => this.state.peek().is === "reconnecting" && this.reconnect(0));
  }

  async start({ track, key, title, genre }) {
    this.wish = { track, key, title, genre };
    this.state.value = { is: "connecting" };
    this.backoff.reset();
    const attempt = ++this.attempt;
    try {
      await this.connect(attempt);
    } catch (error) {
      if (attempt === this.attempt) this.fail(error);
    }
  }

  async stop() {
    this.attempt += 1;
    clearTimeout(this.timer);
    const { location, peer } = this;
    this.location = null;
    this.state.value = { is: "idle" };
    try {
      // Said before the connection closes: a set whose connection breaks is kept for its DJ.
      if (location !== null) await this.request(location, { method: "DELETE" });
    } catch {
      // The server ends the set by itself when its grace is over.
    } finally {
      if (this.peer === peer) this.hangUp(); // not one that was begun meanwhile
    }
  }

  /** Send another track from now on, without a break in the set. */
  async replaceTrack(track) {
    this.wish.track = track;
    await this.peer?.getSenders()[0]?.replaceTrack(track);
  }

  async connect(attempt) {
    this.hangUp();
    const peer = new RTCPeerConnection({ iceServers: this.servers, bundlePolicy: "max-bundle" });
    this.peer = peer;
    peer.addTransceiver(this.wish.track, {
      direction: "sendonly",
      sendEncodings: [{ maxBitrate: BITRATE_BPS, priority: "high", networkPriority: "high" }],
    });
    const offer = await peer.createOffer();
    await peer.setLocalDescription({ type: "offer", sdp: askForStereo(offer.sdp) });
    await gathered(peer);
    if (attempt !== this.attempt) return;
    const answer = await this.post(peer.localDescription.sdp, attempt);
    if (attempt !== this.attempt) return;
    await peer.setRemoteDescription({ type: "answer", sdp: answer });
    await connected(peer);
    if (attempt !== this.attempt) return;
    this.backoff.reset();
    this.state.value = { is: "live" };
    this.watch(peer, attempt);
  }

  async post(sdp, attempt) {
    const url = new URL(ENDPOINT, location.href);
    if (this.wish.title) url.searchParams.set("title", this.wish.title);
    if (this.wish.genre) url.searchParams.set("genre", this.wish.genre);
    const response = await this.request(url, {
      method: "POST", headers: { "Content-Type": "application/sdp" }, body: sdp,
    });
    const session = new URL(response.headers.get("Location"), response.url);
    if (attempt !== this.attempt) { // stopped meanwhile, and this set with it; begun anew, it is the same set
      if (this.state.peek().is === "idle") this.request(session, { method: "DELETE" }).catch(() => {});
      return null;
    }
    this.location = session;
    this.etag = response.headers.get("ETag");
    this.room.value = response.headers.get("Djuv-Room");
    this.servers = iceServers(response.headers.get("Link"));
    return response.text();
  }

  /** What the server says of the connection that broke: a code, or null where it is still ours. */
  async fate() {
    if (this.location === null) return null;
    try {
      await this.request(this.location, {
        method: "PATCH",
        headers: { "Content-Type": FRAGMENT_TYPE, "If-Match": this.etag ?? "*" },
        body: "a=end-of-candidates\r\n",
      }, ASK_MS);
      return null;
    } catch (error) {
      return error.code;
    }
  }

  async request(url, { headers = {}, ...options }, patienceMs = REQUEST_MS) {
    let response;
    try {
      response = await fetch(url, {
        ...options,
        headers: { ...headers, Authorization: `Bearer ${this.wish.key}` },
        signal: AbortSignal.timeout(patienceMs),
      });
    } catch {
      throw new WhipFailed("unreachable");
    }
    if (response.ok) return response;
    const problem = await response.json().catch(() => ({}));
    throw new WhipFailed(problem.code ?? `http_${response.status}`, {
      details: { ...problem.details, message: problem.detail },
      retryAfterSeconds: Number(response.headers.get("Retry-After")) || null,
      // Asking again would get the same answer.
      final: response.status >= 400 && response.status < 500 && response.status !== 429,
    });
  }

  watch(peer, attempt) {
    let timer = 0;
    peer.onconnectionstatechange = () => {
      clearTimeout(timer);
      if (attempt !== this.attempt) return;
      if (["failed", "closed"].includes(peer.connectionState)) this.reconnect(0);
      if (peer.connectionState === "disconnected") {
        timer = setTimeout(() => attempt === this.attempt && this.reconnect(0), DISCONNECTED_MS);
      }
    };
  }

  reconnect(seconds) {
    clearTimeout(this.timer);
    const attempt = ++this.attempt;
    this.hangUp();
    this.state.value = { is: "reconnecting", untilMs: performance.now() + seconds * 1000 };
    this.timer = setTimeout(async () => {
      this.state.value = { is: "reconnecting", untilMs: null };
      try {
        const fate = await this.fate();
        if (fate === "taken_over") throw new WhipFailed(fate, { final: true });
        if (fate === "no_whip_session") await new Promise((resolve) => setTimeout(resolve, REASON_MS));
        if (attempt !== this.attempt) return;
        await this.connect(attempt);
      } catch (error) {
        if (attempt !== this.attempt) return;
        if (error.final) this.fail(error);
        else this.reconnect(Math.max(this.backoff.next(), error.retryAfterSeconds ?? 0));
      }
    }, seconds * 1000);
  }

  /** Be off air for a reason that the server gave; nothing is tried again. */
  halt(code) {
    this.attempt += 1;
    clearTimeout(this.timer);
    this.fail(new WhipFailed(code));
  }

  fail(error) {
    this.hangUp();
    this.location = null;
    const code = error instanceof WhipFailed ? error.code : "peer_failed";
    if (!(error instanceof WhipFailed)) console.warn("Going live failed:", error);
    this.state.value = { is: "failed", code, details: error.details ?? {} };
  }

  hangUp() {
    if (this.peer === null) return;
    this.peer.onconnectionstatechange = null;
    this.peer.close();
    this.peer = null;
  }
}

/** All candidates in the offer, or what there is after a moment: the server needs none to answer. */
function gathered(peer) {
  if (peer.iceGatheringState === "complete") return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, GATHER_MS);
    peer.addEventListener("icegatheringstatechange", () => {
      if (peer.iceGatheringState !== "complete") return;
      clearTimeout(timer);
      resolve();
    });
  });
}

function connected(peer) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new WhipFailed("no_connection")), CONNECT_MS);
    const look = () => {
      if (peer.connectionState === "connected") resolve();
      else if (["failed", "closed"].includes(peer.connectionState)) reject(new WhipFailed("no_connection"));
      else return;
      clearTimeout(timer);
    };
    peer.addEventListener("connectionstatechange", look);
    look();
  });
}
