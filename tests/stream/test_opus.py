import numpy as np
import pytest

from stream import opus
from tests.stream.sound import (
    PACKET_SAMPLES,
    encode,
    is_stereo_test_tone,
    stereo_tones,
    tone_payloads,
)


@pytest.fixture(params=["libopus", "pyav"])
def decoder(request):
    decoder = opus.open_decoder() if request.param == "libopus" else opus.PyAvDecoder()
    yield decoder
    decoder.close()


def test_the_bundled_libopus_is_found():
    assert isinstance(opus.open_decoder(), opus.LibopusDecoder)
    assert opus.decoder_description().startswith("libopus")


def test_without_libopus_pyav_takes_over(monkeypatch, caplog):
    monkeypatch.setattr(opus, "_library_candidates", lambda: iter(["/nowhere/libopus.so"]))
    opus.load_libopus.cache_clear()
    try:
        assert isinstance(opus.open_decoder(), opus.PyAvDecoder)
        assert "silence" in opus.decoder_description()
        assert "libopus was not found" in caplog.text
    finally:
        opus.load_libopus.cache_clear()


def test_a_library_that_is_not_opus_is_passed_over(monkeypatch):
    monkeypatch.setattr(
        opus, "_library_candidates", lambda: iter([opus.ctypes.util.find_library("c")])
    )
    opus.load_libopus.cache_clear()
    try:
        assert opus.load_libopus() is None
    finally:
        opus.load_libopus.cache_clear()


def test_stereo_survives(decoder):
    pcm = np.concatenate([decoder.decode(payload).copy() for payload in tone_payloads(30)])
    assert pcm.dtype == np.float32
    assert pcm.shape == (30 * PACKET_SAMPLES, 2)
    assert is_stereo_test_tone(pcm[PACKET_SAMPLES:])


def test_mono_becomes_two_equal_channels(decoder):
    payloads = encode(stereo_tones(10 * PACKET_SAMPLES)[:, :1], bit_rate=64_000)
    pcm = np.concatenate([decoder.decode(payload).copy() for payload in payloads])
    assert not opus.packet_is_stereo(payloads[0])
    assert opus.packet_is_stereo(tone_payloads(30)[0])
    assert np.array_equal(pcm[:, 0], pcm[:, 1])
    assert np.abs(pcm).max() > 0.3


def test_both_decoders_agree():
    libopus, pyav = opus.open_decoder(), opus.PyAvDecoder()
    for payload in tone_payloads(30)[:10]:
        one, other = libopus.decode(payload).copy(), pyav.decode(payload)
        assert np.abs(one - other).max() < 1e-3


@pytest.mark.parametrize("payload", [b"", b"\xff", b"\x03\x3f", b"\x00" + b"x" * 2000])
def test_garbage_is_refused_and_the_decoder_stays_usable(decoder, payload):
    good = tone_payloads(30)
    decoder.decode(good[0])
    with pytest.raises(opus.OpusUndecodable):
        decoder.decode(payload)
    assert len(decoder.decode(good[1])) == PACKET_SAMPLES


def test_libopus_goes_on_with_the_tone_and_fades_out():
    decoder = opus.open_decoder()
    for payload in tone_payloads(30):
        decoder.decode(payload)
    first = decoder.conceal(PACKET_SAMPLES).copy()
    assert is_stereo_test_tone(first)
    decoder.conceal(50 * PACKET_SAMPLES)
    assert np.abs(decoder.conceal(PACKET_SAMPLES)).max() < 0.25 * np.abs(first).max()


def test_forward_error_correction_beats_guessing():
    """A burst that only the lost packet held comes back from the next packet's repetition."""
    pcm = np.zeros((20 * PACKET_SAMPLES, 1), np.float32)
    burst = slice(10 * PACKET_SAMPLES, 11 * PACKET_SAMPLES)
    pcm[burst] = stereo_tones(PACKET_SAMPLES)[:, :1]
    pcm[11 * PACKET_SAMPLES :] = stereo_tones(9 * PACKET_SAMPLES)[:, :1] * 0.3
    options = {"application": "voip", "fec": "1", "packet_loss": "30"}
    payloads = encode(pcm, bit_rate=24_000, options=options)

    def energy_of_made_up(make_up):
        decoder = opus.open_decoder()
        for payload in payloads[:10]:
            decoder.decode(payload)
        return float(np.square(make_up(decoder)).sum())

    corrected = energy_of_made_up(lambda decoder: decoder.recover(payloads[11], PACKET_SAMPLES))
    guessed = energy_of_made_up(lambda decoder: decoder.conceal(PACKET_SAMPLES))
    assert corrected > 10 * max(guessed, 1e-9)


@pytest.mark.parametrize("packet_ms", [5, 10, 20, 40, 60])
def test_duration_is_read_from_the_packet(packet_ms):
    payloads = encode(stereo_tones(24_000), packet_ms=packet_ms)
    decoder = opus.open_decoder()
    for payload in payloads:
        duration = opus.packet_duration_samples(payload)
        assert duration == packet_ms * 48
        assert len(decoder.decode(payload)) == duration


def test_duration_of_every_configuration_is_what_libopus_says():
    library = opus.load_libopus()
    count = library.opus_packet_get_nb_samples
    for first in range(256):
        for second in (0x00, 0x01, 0x02, 0x06, 0x30, 0x3F):
            payload = bytes([first, second]) + bytes(8)
            assert opus.packet_duration_samples(payload) == max(0, count(payload, 10, 48_000))
    assert opus.packet_duration_samples(b"") == 0
    assert opus.packet_duration_samples(b"\x03") == 0
