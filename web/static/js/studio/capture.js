// Where the sound comes from: an input, another tab, or a file; and whether the browser left it alone.
//
// Browsers take every input for a voice: they make it mono, cut what they hold for noise and ride the
// gain. So everything is switched off by name, and what the track then admits to is read back.

const SAMPLE_RATE_HZ = 48_000;
const PROCESSING = ["echoCancellation", "noiseSuppression", "autoGainControl"];

const UNTOUCHED = Object.freeze({
  echoCancellation: false,
  noiseSuppression: false,
  autoGainControl: false,
  channelCount: { ideal: 2 },
  sampleRate: SAMPLE_RATE_HZ,
});

/** Whether this page may ask for sound at all; browsers forbid it on plain http off localhost. */
export const mayCapture = () => navigator.mediaDevices !== undefined;
export const mayCaptureTab = () => navigator.mediaDevices?.getDisplayMedia !== undefined;

/** Inputs; without labels until the person has allowed one. */
export async function listInputs() {
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices.filter((device) => device.kind === "audioinput" && device.deviceId !== "communications");
}

export async function captureDevice(deviceId = null) {
  const chosen = deviceId ? { deviceId: { exact: deviceId } } : {};
  const stream = await navigator.mediaDevices.getUserMedia({ audio: { ...UNTOUCHED, ...chosen } });
  return source("device", stream, stream.getAudioTracks()[0].label, () => stopAll(stream));
}

export async function captureTab() {
  const stream = await navigator.mediaDevices.getDisplayMedia({
    video: true, // browsers share no sound without a picture; the picture goes nowhere
    audio: { ...UNTOUCHED, suppressLocalAudioPlayback: false },
    systemAudio: "include",
  });
  if (stream.getAudioTracks().length === 0) {
    stopAll(stream);
    throw new CaptureFailed("no_tab_sound");
  }
  stream.getVideoTracks().forEach((track) => { track.enabled = false; });
  return source("tab", stream, stream.getVideoTracks()[0]?.label ?? "", () => stopAll(stream));
}

/** A file as a test set: played into the stream, and audibly where `monitor` says so. */
export async function captureFile(file, context) {
  const player = new Audio();
  player.src = URL.createObjectURL(file);
  player.loop = true;
  await new Promise((resolve, reject) => {
    player.onloadedmetadata = resolve;
    player.onerror = () => reject(new CaptureFailed("file_unplayable"));
  });
  const element = context.createMediaElementSource(player);
  const out = context.createMediaStreamDestination();
  const monitor = new GainNode(context, { gain: 0 });
  element.connect(out);
  element.connect(monitor).connect(context.destination);
  await context.resume();
  await player.play();
  const made = source("file", out.stream, file.name, () => {
    player.pause();
    URL.revokeObjectURL(player.src);
    player.removeAttribute("src");
    element.disconnect();
    stopAll(out.stream);
  });
  made.player = player;
  made.monitor = (on) => { monitor.gain.value = on ? 1 : 0; };
  return made;
}

export class CaptureFailed extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/** The code of why a capture failed, for the locale files. */
export function captureCode(error) {
  if (error instanceof CaptureFailed) return error.code;
  const codes = {
    NotAllowedError: "not_allowed", NotFoundError: "no_input", NotReadableError: "input_busy",
    OverconstrainedError: "input_gone", AbortError: "not_allowed",
  };
  return codes[error?.name] ?? "failed";
}

function source(kind, stream, label, stop) {
  const [track] = stream.getAudioTracks();
  track.contentHint = "music"; // an encoder that knows better keeps the stereo and the transients
  return { kind, stream, track, label, stop, warnings: kind === "file" ? [] : settingsWarnings(track.getSettings()) };
}

/** What the browser does to the sound although it was asked not to: codes for the locale files. */
export function settingsWarnings(settings) {
  const warnings = PROCESSING.filter((name) => settings[name] === true || settings[name] === "all");
  if (settings.channelCount === 1) warnings.push("mono");
  if (settings.sampleRate !== undefined && settings.sampleRate !== SAMPLE_RATE_HZ) warnings.push("sampleRate");
  return warnings;
}

function stopAll(stream) {
  stream.getTracks().forEach((track) => track.stop());
}
