// The studio's engine: what is captured, how loud it is, where it goes, what comes back.

import { computed, effect, signal } from "../shared/view.js";
import { recall, remember } from "../shared/memory.js";
import { Chat } from "../chat/state.js";
import { Crowd } from "../wire/crowd.js";
import { Room } from "../wire/room.js";
import { RoomConnection } from "../wire/connection.js";
import { captureCode, captureDevice, captureFile, captureTab, listInputs, mayCapture } from "./capture.js";
import { StereoMeter } from "./meter.js";
import { WaitingSet } from "./waiting-set.js";
import { WhipPublisher } from "./whip.js";

const SILENT_SECONDS = 8;
const SAME_SECONDS = 6;
const GOES_ON = new Set(["grace_over", "server_stopping", "server_stopped", "ingest_lost"]); // nobody wanted these ends

export class StudioSession {
  constructor() {
    this.secure = mayCapture();
    this.kind = signal("device"); // device, tab, file
    this.inputs = signal([]);
    this.source = signal(null);
    this.captureError = signal(null);
    this.capturing = signal(false);
    this.heardWarnings = signal([]); // found by listening: silence, identical channels
    this.clipped = signal(false);
    this.monitoring = signal(false);
    this.publisher = new WhipPublisher();
    this.room = signal(null);
    this.chat = null; // of that room; made before the room is shown
    this.key = recall("key", "");
    this.keepKey = signal(this.key !== "");
    this.title = "";
    this.genre = "";
    this.meter = null;
    this.ended = signal(null); // why the server ended the set that we played
    this.ours = null; // the epoch of that set
    this.waiting = new WaitingSet();
    this.onAir = computed(() => ["live", "reconnecting"].includes(this.publisher.state.value.is));
    this.publisher.room.subscribe((slug) => this.follow(slug));
    this.onAir.subscribe((is) => is && this.waiting.forget());
    addEventListener("pagehide", () => this.onAir.peek() && this.waiting.keep(this.room.peek()?.slug));
    if (this.secure) {
      navigator.mediaDevices.addEventListener("devicechange", () => this.refreshInputs());
      this.refreshInputs();
    }
  }

  /** One audio context for meters and test sets; made by the first thing the person does. */
  get context() {
    this.audio ??= new AudioContext({ sampleRate: 48_000 });
    return this.audio;
  }

  async refreshInputs() {
    this.inputs.value = await listInputs();
  }

  useDevice(deviceId) {
    return this.capture(() => captureDevice(deviceId));
  }

  useTab() {
    return this.capture(captureTab);
  }

  useFile(file) {
    return this.capture(() => captureFile(file, this.context));
  }

  async capture(how) {
    this.capturing.value = true;
    this.captureError.value = null;
    try {
      this.take(await how());
      await this.context.resume();
      await this.refreshInputs();
    } catch (error) {
      this.captureError.value = captureCode(error);
    } finally {
      this.capturing.value = false;
    }
  }

  take(source) {
    const before = this.source.peek();
    this.meter?.close();
    this.meter = new StereoMeter(this.context, source.stream);
    this.heardWarnings.value = [];
    this.monitoring.value = false;
    this.source.value = source;
    source.track.onended = () => {
      if (this.source.peek() === source) this.captureError.value = "input_gone";
    };
    if (this.publisher.state.peek().is !== "idle") this.publisher.replaceTrack(source.track);
    before?.stop();
  }

  /** Measure; call on every frame. */
  listen(nowMs) {
    if (this.meter === null) return;
    this.meter.measure(nowMs / 1000);
    if (this.clipped.peek() !== this.meter.clipped) this.clipped.value = this.meter.clipped;
    const warnings = [];
    if (this.meter.silentSeconds > SILENT_SECONDS) warnings.push("silence");
    if (this.meter.sameSeconds > SAME_SECONDS) warnings.push("same_channels");
    if (String(warnings) !== String(this.heardWarnings.peek())) this.heardWarnings.value = warnings;
  }

  resetClip() {
    this.meter?.resetClip();
    this.clipped.value = false;
  }

  setMonitoring(on) {
    this.source.peek()?.monitor?.(on);
    this.monitoring.value = on;
  }

  setKeepKey(keep) {
    this.keepKey.value = keep;
    remember("key", keep && this.key ? this.key : null);
  }

  async goLive() {
    remember("key", this.keepKey.peek() ? this.key : null);
    const { track } = this.source.peek();
    this.ended.value = null;
    await this.publisher.start({
      track, key: this.key.trim(), title: this.title.trim(), genre: this.genre,
    });
  }

  async stop() {
    await this.publisher.stop();
    if (this.publisher.state.peek().is !== "idle") return; // the next set has begun meanwhile
    this.ended.value = null;
    this.publisher.room.value = null; // follows nothing any more, and the next set from its beginning
  }

  /** Follow the DJ's own room. */
  follow(slug) {
    if (slug === (this.room.peek()?.slug ?? null)) return;
    this.connection?.close();
    this.unwatch?.();
    this.connection = this.unwatch = this.ours = null;
    this.room.value = null;
    if (slug === null) return;
    const room = new Room(slug);
    // The stream key tells the chat who the DJ is, and with it what they may do.
    this.chat = new Chat(new Crowd(slug, { credential: () => this.key.trim(), speaks: true, name: null }));
    // Events alone: a DJ's uplink is busy enough without their own sound coming back.
    this.connection = new RoomConnection(slug, { onEvent: (event) => room.accept(event, null), crowd: this.chat.crowd });
    this.connection.open();
    this.room.value = room;
    this.unwatch = effect(() => this.watch(room.epoch.value, room.phase.value, room.reason.value));
  }

  /** Notice that the server ended the set we play, and either go on with a new one or stop. */
  watch(epoch, phase, reason) {
    if (epoch === null || phase === null) return;
    if (phase !== "ended") {
      if (epoch !== this.ours) this.ended.value = null;
      this.ours = epoch;
    } else if (epoch === this.ours && reason !== null && this.onAir.peek()) {
      this.ended.value = reason;
      if (!GOES_ON.has(reason)) this.publisher.halt(`set_over.${reason}`);
    }
  }

  /** What docs/pages.md promises to tests and to people who look into a problem. */
  diagnostics() {
    const source = this.source.peek();
    const room = this.room.peek();
    return {
      secure: this.secure,
      source: source && { kind: source.kind, label: source.label, settings: source.track.getSettings() },
      warnings: [...(source?.warnings ?? []), ...this.heardWarnings.peek()],
      levels: this.meter?.channels.map(({ peakDb, rmsDb, holdDb }) => ({ peakDb, rmsDb, holdDb })) ?? null,
      clipped: this.clipped.peek(),
      publisher: this.publisher.state.peek(),
      room: room?.slug ?? null,
      phase: room?.phase.peek() ?? null,
      windows: room?.history.length ?? 0,
      reception: room?.reception.peek() ?? null,
      crowd: this.chat?.crowd.diagnostics() ?? null,
    };
  }
}
