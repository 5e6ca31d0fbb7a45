"""A real browser publishes: what it sends by our answer, and whether the stereo survives."""

import shutil
import wave

import pytest
from playwright.async_api import async_playwright

from core.messages import Phase
from tests.stream.publishing import Station
from tests.stream.sound import is_stereo_test_tone, stereo_tones

ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
)  # fmt: skip

PUBLISH = """async ([url, key]) => {
  const constraints = {echoCancellation: false, noiseSuppression: false, autoGainControl: false,
                       channelCount: {ideal: 2}, sampleRate: 48000};
  const stream = await navigator.mediaDevices.getUserMedia({audio: constraints});
  const picture = document.createElement("canvas").captureStream(5).getVideoTracks()[0];
  window.connection = new RTCPeerConnection();
  connection.addTransceiver(stream.getAudioTracks()[0], {direction: "sendonly"});
  connection.addTransceiver(picture, {direction: "sendonly"});
  await connection.setLocalDescription(await connection.createOffer());
  const response = await fetch(url, {method: "POST", body: connection.localDescription.sdp,
    headers: {"Content-Type": "application/sdp", "Authorization": `Bearer ${key}`}});
  await connection.setRemoteDescription({type: "answer", sdp: await response.text()});
  return response.headers.get("Location");
}"""


@pytest.mark.browser
async def test_chromium_sends_stereo_at_full_bitrate_and_drops_its_video(tmp_path):
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("Chromium is not installed; `make test` installs it with apt")
    sound = tmp_path / "tones.wav"
    write_wave(sound, stereo_tones(48_000 * 10))
    fake = f"--use-file-for-fake-audio-capture={sound}"
    async with Station() as station, async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium, args=[*ARGUMENTS, fake]
        )
        try:
            page = await browser.new_page()
            await page.goto(f"{station.url}/nothing-here")  # any page of the server's origin
            location = await page.evaluate(PUBLISH, [station.url, "key-ana"])
            await station.until(lambda: len(station.sink.hops) >= 4, 30)
        finally:
            await browser.close()
        assert location.startswith("/whip/")
        assert any(is_stereo_test_tone(hop.samples) for hop in station.sink.hops)
        assert max(one.bitrate_bps for one in station.receptions) > 150_000
        assert station.receptions[-1].channels == 2
        await station.until_phase(Phase.RESUMING)  # the browser is gone without a word


def write_wave(path, samples):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(48_000)
        file.writeframes((samples * 32_767).astype("<i2").tobytes())
