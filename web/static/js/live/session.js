// The audience page's engine: one room, one connection, its sound and pictures, one clock.

import { RoomConnection } from "../wire/connection.js";
import { KIND } from "../wire/frames.js";
import { Crowd } from "../wire/crowd.js";
import { onPass, passOf } from "../wire/pass.js";
import { Room } from "../wire/room.js";
import { Chat } from "../chat/state.js";
import { Listener } from "../audio/listener.js";
import { SoundMemory } from "../audio/spectrum.js";
import { SAMPLE_RATE_HZ } from "../audio/ring.js";
import { signal } from "../shared/view.js";
import { recall, remember } from "../shared/memory.js";
import { Pictures } from "../visuals/pictures.js";

const TICK_MS = 200; // releases what is due while the page is hidden and draws no frames

export class LiveSession {
  constructor(slug, { decoder = null } = {}) {
    this.room = new Room(slug);
    const pass = passOf(slug); // a moderator who looks in
    onPass(slug, () => location.reload());
    this.chat = new Chat(new Crowd(slug, { credential: () => pass, speaks: pass !== null }));
    this.memory = new SoundMemory();
    this.listener = new Listener(this.room.liveEdge, {
      only: decoder, onPcm: (...pcm) => this.memory.write(...pcm),
    });
    this.player = this.listener.player;
    this.canDecode = this.listener.canDecode;
    this.connection = new RoomConnection(slug, {
      onEvent: (event) => this.event(event),
      onMedia: (frame) => this.media(frame),
      crowd: this.chat.crowd,
    });
    this.pictures = new Pictures(this.connection, this.room, {
      heard: () => this.heard(),
    });
    this.delaySeconds = signal(null);
    this.player.volume = Number(recall("volume", "0.8"));
    this.player.offsetMs = Number(recall("offset", "0"));
    this.volume = signal(this.player.volume);
    this.offsetMs = signal(this.player.offsetMs);
  }

  open() {
    this.connection.open();
    this.ticking = setInterval(() => this.tick(), TICK_MS);
  }

  event(event) {
    this.room.accept(event, this.heard());
    if (event.t === "hello") this.pictures.greeted();
  }

  media(frame) {
    if (frame.kind === KIND.VIDEO || frame.kind === KIND.JPEG) this.pictures.take(frame);
    else this.listener.take(frame);
  }

  /** The sample that is heard now; null while the sound is off. */
  heard() {
    return this.listener.heard();
  }

  /** The sample that the page shows now: what is heard, else the newest that can be shown. */
  shown() {
    return this.heard() ?? this.room.liveEdge.sample();
  }

  tick() {
    const heard = this.heard();
    this.room.release(heard);
    const edge = this.room.liveEdge.sample();
    const network = (this.connection.roundTripMs ?? 0) / 2000;
    this.delaySeconds.value = heard === null || edge === null || this.room.phase.peek() === "ended" ? null
      : Math.max(0, (edge - heard) / SAMPLE_RATE_HZ + network);
  }

  toggleSound() {
    return this.player.state.peek() === "on" ? this.player.stop() : this.player.start();
  }

  setVolume(volume) {
    this.volume.value = volume;
    this.player.setVolume(volume);
    remember("volume", String(volume));
  }

  setOffset(milliseconds) {
    this.offsetMs.value = milliseconds;
    this.player.offsetMs = milliseconds;
    remember("offset", String(milliseconds));
  }

  /** What docs/pages.md promises to tests and to people who look into a problem. */
  diagnostics() {
    const { room, player, connection, listener: { decoder, packets, heardSeconds } } = this;
    return {
      link: connection.link.peek().is,
      opened: connection.opened,
      epoch: room.epoch.peek(),
      lastSeq: connection.lastSeq,
      shownSeq: room.shownSeq,
      phase: room.phase.peek(),
      windows: room.history.length,
      findings: room.findings.peek().length,
      decoder: decoder?.kind ?? null,
      packets,
      decoded: decoder?.decoded ?? 0,
      undecodable: decoder?.failed ?? 0,
      sound: player.state.peek(),
      player: player.report.peek(),
      heardSeconds,
      delaySeconds: this.delaySeconds.peek(),
      roundTripMs: connection.roundTripMs,
      crowd: this.chat.crowd.diagnostics(),
      visuals: this.pictures.diagnostics(),
    };
  }
}
