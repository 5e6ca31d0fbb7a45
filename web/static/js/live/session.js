// The audience page's engine: one room, one connection, one decoder, one player, one clock.

import { RoomConnection } from "../wire/connection.js";
import { FLAG, KIND } from "../wire/frames.js";
import { Crowd } from "../wire/crowd.js";
import { passOf } from "../wire/pass.js";
import { Room } from "../wire/room.js";
import { Chat } from "../chat/state.js";
import { makeDecoder } from "../audio/opus.js";
import { SoundPlayer } from "../audio/player.js";
import { SoundMemory } from "../audio/spectrum.js";
import { SAMPLE_RATE_HZ } from "../audio/ring.js";
import { signal } from "../shared/view.js";
import { recall, remember } from "../shared/memory.js";

const TICK_MS = 200; // releases what is due while the page is hidden and draws no frames
const WAITING_PACKETS = 250; // kept while the decoder is being made

export class LiveSession {
  constructor(slug, { decoder = null } = {}) {
    this.room = new Room(slug);
    const pass = passOf(slug); // a moderator who looks in
    this.chat = new Chat(new Crowd(slug, { credential: () => pass, speaks: pass !== null }));
    this.player = new SoundPlayer();
    this.memory = new SoundMemory();
    this.connection = new RoomConnection(slug, {
      onEvent: (event) => this.room.accept(event, this.heard()),
      onMedia: (frame) => this.media(frame),
      crowd: this.chat.crowd,
    });
    this.decoder = null;
    this.canDecode = signal(null); // null while that is found out
    this.waiting = [];
    this.audioPackets = 0;
    this.delaySeconds = signal(null);
    this.player.volume = Number(recall("volume", "0.8"));
    this.player.offsetMs = Number(recall("offset", "0"));
    this.volume = signal(this.player.volume);
    this.offsetMs = signal(this.player.offsetMs);
    this.prepareDecoder(decoder);
  }

  open() {
    this.connection.open();
    this.ticking = setInterval(() => this.tick(), TICK_MS);
  }

  async prepareDecoder(only) {
    try {
      this.decoder = await makeDecoder((...pcm) => this.pcm(...pcm), { only });
      this.canDecode.value = true;
      this.waiting.forEach((frame) => this.media(frame));
    } catch (error) {
      console.warn("This browser cannot decode the sound:", error);
      this.canDecode.value = false;
    }
    this.waiting = [];
  }

  media(frame) {
    if (frame.kind !== KIND.OPUS) return;
    if (this.decoder === null) {
      if (this.canDecode.peek() === null && this.waiting.length < WAITING_PACKETS) {
        this.waiting.push(frame);
      }
      return;
    }
    this.audioPackets += 1;
    if ((frame.flags & FLAG.CATCH_UP) === 0) this.room.liveEdge.saw(frame.ptsMicroseconds);
    if ((frame.flags & FLAG.CONFIGURATION) !== 0) this.decoder.reset();
    const start = Math.round(frame.ptsMicroseconds * SAMPLE_RATE_HZ / 1e6);
    this.decoder.decode(start, frame.payload);
  }

  pcm(start, left, right) {
    this.memory.write(start, left, right);
    this.player.push(start, left, right);
  }

  /** The sample that is heard now; null while the sound is off. */
  heard() {
    return this.player.heardSample();
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
    this.delaySeconds.value = heard === null || edge === null ? null
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
    const { room, player, connection, decoder } = this;
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
      packets: this.audioPackets,
      decoded: decoder?.decoded ?? 0,
      undecodable: decoder?.failed ?? 0,
      sound: player.state.peek(),
      player: player.report.peek(),
      heardSeconds: this.heard() === null ? null : this.heard() / SAMPLE_RATE_HZ,
      delaySeconds: this.delaySeconds.peek(),
      roundTripMs: connection.roundTripMs,
      crowd: this.chat.crowd.diagnostics(),
    };
  }
}
