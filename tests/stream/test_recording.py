"""Sets on disk: what the recorder writes, what a crash costs, and what is read back."""

import asyncio
import dataclasses
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import orjson
import pytest

from core.bus import MemoryBus
from core.clock import ManualClock
from core.errors import NotFound, RecordingDamaged
from core.feed import SessionFeed
from core.media import HOP_SAMPLES, SAMPLE_RATE_HZ
from core.messages import Beat, Component, Fault, Finding, SessionInfo
from core.metrics import Metrics
from core.show import EncodedPicture, PictureFormat, ShowSettings, ShowState
from stream.decoding import HopDecoder
from stream.recording import (
    JudgingFacts,
    ModelFacts,
    Recorder,
    Recording,
    hops_from_recording,
    sweep,
)
from stream.recording import recorder as recorder_module
from stream.recording.files import SetFiles
from tests.stream.sound import as_packets, tone_payloads

ROOT = Path(__file__).parents[2]
INFO = SessionInfo("set-1", "ana", "DJ Ana", 1_700_000_000.0, title="Late")
JUDGING = JudgingFacts(
    ModelFacts("judge", "1.0", "ab" * 32), "CPUExecutionProvider", "libopus 1.5", "0.1.0"
)
PACKETS = as_packets(tone_payloads(200), missing={70, 71, 72}, session="set-1")


def finding(sample):
    return Finding("flam", Component.TECHNICAL, sample, sample, 38.0, 12.0, "ms", -0.4)


def play(feed, packets):
    for number, packet in enumerate(packets):
        feed.publish(packet, packet.start_sample)
        if number % 25 == 24:
            feed.publish(finding(packet.start_sample), packet.start_sample)


def errors(metrics):
    return metrics.registry.get_sample_value("djuv_recording_errors_total")


async def record(recordings, packets=PACKETS, **options):
    metrics = Metrics()
    recorder = Recorder(recordings, metrics, **options)
    feed = SessionFeed(INFO, MemoryBus(), [recorder])
    recorder.open(feed.info, JUDGING)
    play(feed, packets)
    await recorder.close("set-1")
    await recorder.stop()
    return metrics


async def test_a_set_comes_back_with_everything_said_of_it(tmp_path):
    metrics = await record(tmp_path)
    recording = Recording(tmp_path / "set-1")
    assert recording.facts.info == INFO
    assert recording.facts.judging == JUDGING
    back = list(recording.packets())
    assert [(packet.start_sample, packet.payload, packet.discontinuity) for packet in back] == [
        (packet.start_sample, packet.payload, packet.discontinuity) for packet in PACKETS
    ]
    events = list(recording.events())
    assert [event.seq for event in events] == list(range(1, 8))
    assert events[0].message == finding(PACKETS[24].start_sample)
    completeness = recording.completeness()
    assert completeness.ended
    assert completeness.sound_seconds == 4.0
    assert completeness.cut_audio_bytes == completeness.cut_event_bytes == 0
    assert errors(metrics) == 0


async def test_the_hops_of_a_replay_are_the_live_ones_to_the_bit(tmp_path):
    await record(tmp_path)
    live = HopDecoder("set-1")
    expected = [hop for packet in PACKETS for hop in live.packet(packet)]
    back = list(hops_from_recording(tmp_path / "set-1"))
    assert len(back) == 200 * 960 // HOP_SAMPLES
    for hop, original in zip(back, expected, strict=True):
        assert (hop.index, hop.concealed_samples) == (original.index, original.concealed_samples)
        np.testing.assert_array_equal(hop.samples, original.samples)


async def test_taking_an_envelope_writes_nothing_by_itself(tmp_path, monkeypatch):
    monkeypatch.setattr(recorder_module, "WRITE_SECONDS", 60.0)
    recorder = Recorder(tmp_path, Metrics())
    feed = SessionFeed(INFO, MemoryBus(), [recorder])
    recorder.open(INFO, JUDGING)
    while not (tmp_path / "set-1" / "events.jsonl").exists():  # the first round, made at once
        await asyncio.sleep(0.01)
    play(feed, PACKETS)
    assert list(Recording(tmp_path / "set-1").packets()) == []
    await recorder.stop()
    assert len(list(Recording(tmp_path / "set-1").packets())) == len(PACKETS)


async def test_sets_of_others_are_not_mixed_in(tmp_path):
    recorder = Recorder(tmp_path, Metrics())
    infos = [SessionInfo(f"set-{number}", "r", "d", 0.0) for number in range(3)]
    for info in infos[:2]:
        recorder.open(info, JUDGING)
    for info in infos:
        SessionFeed(info, MemoryBus(), [recorder]).publish(Beat(1, 2.0, 3.0, 1.0, None), 1)
    assert recorder.recording() == {"set-0", "set-1"}
    await recorder.stop()
    assert recorder.recording() == frozenset()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["set-0", "set-1"]
    assert [event.epoch for event in Recording(tmp_path / "set-0").events()] == ["set-0"]


async def test_a_full_buffer_loses_the_newest_and_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(recorder_module, "BUFFER_ENVELOPES", 50)
    monkeypatch.setattr(recorder_module, "WRITE_SECONDS", 60.0)
    faults = []
    metrics = await record(tmp_path, announce=lambda *fault: faults.append(fault))
    await asyncio.sleep(0)
    assert faults == [("set-1", Fault("recording_failed", {"session": "set-1"}))]
    lost = metrics.registry.get_sample_value("djuv_queue_dropped_total", {"queue": "recording"})
    assert lost == errors(metrics) > 0
    recording = Recording(tmp_path / "set-1")
    kept = [*recording.packets(), *recording.events()]
    assert len(kept) + lost == len(PACKETS) + 7
    assert kept[0] == dataclasses.replace(PACKETS[0], arrived_seconds=0.0)


async def test_of_a_show_its_states_are_kept_and_no_pictures(tmp_path, monkeypatch):
    monkeypatch.setattr(recorder_module, "BUFFER_ENVELOPES", 50)
    monkeypatch.setattr(recorder_module, "WRITE_SECONDS", 60.0)
    metrics = Metrics()
    recorder = Recorder(tmp_path, metrics)
    feed = SessionFeed(INFO, MemoryBus(), [recorder])
    recorder.open(INFO, JUDGING)
    show = ShowState(True, None, "nebula", "dusk", False, 320, 180, 20.0, ShowSettings())
    feed.publish(show, 0)
    for form in PictureFormat:
        for start in range(0, 200 * 2_400, 2_400):  # more than the buffer holds
            picture = EncodedPicture("set-1", form, start, 2_400, True, 320, 180, False, b"...")
            feed.publish(picture, start)
    feed.publish(PACKETS[0], PACKETS[0].start_sample)
    await recorder.stop()
    recording = Recording(tmp_path / "set-1")
    assert [event.message for event in recording.events()] == [show]
    assert len(list(recording.packets())) == 1
    assert errors(metrics) == 0


async def test_a_folder_that_cannot_be_made_is_announced_once_and_the_set_goes_on(tmp_path):
    (tmp_path / "set-1").mkdir()
    faults = []
    metrics = await record(tmp_path, announce=lambda *fault: faults.append(fault))
    await asyncio.sleep(0)
    assert errors(metrics) == 1
    assert len(faults) == 1


async def test_a_disk_that_is_nearly_full_is_left_to_others(tmp_path):
    metrics = await record(tmp_path, least_free_bytes=2**62)
    assert errors(metrics) == 1
    assert list(tmp_path.iterdir()) == []


async def test_a_session_whose_name_leads_elsewhere_is_not_recorded(tmp_path):
    recorder = Recorder(tmp_path / "recordings", metrics := Metrics())
    recorder.open(SessionInfo("../evil", "r", "d", 0.0), JUDGING)
    await recorder.stop()
    assert errors(metrics) == 1
    assert list(tmp_path.iterdir()) == []


async def test_an_event_that_cannot_be_encoded_costs_only_itself(tmp_path):
    recorder = Recorder(tmp_path, metrics := Metrics())
    feed = SessionFeed(INFO, MemoryBus(), [recorder])
    recorder.open(INFO, JUDGING)
    for period in (1.0, float("nan"), 2.0):
        feed.publish(Beat(0, period, 128.0, 1.0, None), 0)
    await recorder.stop()
    events = Recording(tmp_path / "set-1").events()
    assert [event.message.period_samples for event in events] == [1.0, 2.0]
    assert errors(metrics) == 1


FULL_DISK = """
import asyncio, resource, sys
from pathlib import Path
from tests.stream import test_recording as t

async def main():
    faults, recordings = [], Path(sys.argv[1])
    metrics = t.Metrics()
    recorder = t.Recorder(recordings, metrics, announce=lambda *fault: faults.append(fault))
    feed = t.SessionFeed(t.INFO, t.MemoryBus(), [recorder])
    recorder.open(t.INFO, t.JUDGING)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    for start in range(0, 200, 40):
        full = start in (80, 120)
        resource.setrlimit(resource.RLIMIT_FSIZE, (40_000 if full else limits[1], limits[1]))
        for packet in t.PACKETS:
            if start <= packet.start_sample // 960 < start + 40:
                feed.publish(packet, packet.start_sample)
        await asyncio.sleep(0.6)
    await recorder.stop()
    print(int(t.errors(metrics)), len(faults))

asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on file sizes")
def test_a_full_disk_leaves_a_gap_and_nothing_worse(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    failures, announced = map(int, done.stdout.split())
    assert failures >= 2
    assert announced == 1
    packets = Recording(tmp_path / "set-1").packets()
    kept = {packet.start_sample // 960: packet for packet in packets}
    assert set(range(160, 200)) <= kept.keys()
    assert kept[160].discontinuity
    assert not kept.keys() & set(range(120, 160))
    assert Recording(tmp_path / "set-1").completeness().ended


KILLED = """
import asyncio, sys, time
from pathlib import Path
from tests.stream import test_recording as t

async def main():
    recorder = t.Recorder(Path(sys.argv[1]), t.Metrics())
    feed = t.SessionFeed(t.INFO, t.MemoryBus(), [recorder])
    recorder.open(t.INFO, t.JUDGING)
    began = time.monotonic()
    for packet in t.as_packets(t.tone_payloads(50) * 100, session="set-1"):
        await asyncio.sleep(max(0.0, began + packet.start_sample / 48_000 - time.monotonic()))
        feed.publish(packet, packet.start_sample)
        feed.publish(t.finding(packet.start_sample), packet.start_sample)
        print(packet.start_sample, flush=True)

asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_a_killed_process_loses_at_most_the_last_second(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE
    )
    try:
        played = 0
        deadline = time.monotonic() + 60
        while played < 3 * SAMPLE_RATE_HZ and time.monotonic() < deadline:
            played = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
        played = int((process.stdout.read().splitlines() or [played])[-1])
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    recording = Recording(tmp_path / "set-1")
    completeness = recording.completeness()
    assert not completeness.ended
    assert completeness.sound_seconds >= played / SAMPLE_RATE_HZ - 1.0
    assert completeness.events_seconds >= played / SAMPLE_RATE_HZ - 1.0
    assert list(hops_from_recording(tmp_path / "set-1"))


async def test_a_torn_line_and_page_are_left_out_and_measured(tmp_path):
    await record(tmp_path)
    folder = tmp_path / "set-1"
    for name, cut in (("audio.opus", 100), ("events.jsonl", 10)):
        path = folder / name
        path.write_bytes(path.read_bytes()[:-cut])
    completeness = Recording(folder).completeness()
    assert not completeness.ended
    assert completeness.cut_audio_bytes > 0
    assert completeness.cut_event_bytes > 0
    assert len(list(Recording(folder).events())) == 6


async def test_what_waits_for_a_disk_that_hangs_is_seen(tmp_path, monkeypatch):
    writing, answered = threading.Event(), threading.Event()

    def hang(files, envelopes):
        writing.set()
        answered.wait(30)

    monkeypatch.setattr(SetFiles, "write", hang)
    metrics = Metrics()
    recorder = Recorder(tmp_path, metrics)
    feed = SessionFeed(INFO, MemoryBus(), [recorder])
    recorder.open(INFO, JUDGING)
    play(feed, PACKETS[:1])
    while not writing.is_set():
        await asyncio.sleep(0.01)
    play(feed, PACKETS[1:11])
    depth = metrics.registry.get_sample_value("djuv_queue_depth", {"queue": "recording"})
    answered.set()
    assert depth == 10
    await recorder.stop()


async def test_the_end_needs_no_thread_of_the_executor(tmp_path, monkeypatch):
    """Its threads may all hang on the disk that the recorder ends on."""

    async def hang(*given):
        await asyncio.sleep(60)

    monkeypatch.setattr(asyncio, "to_thread", hang)
    await asyncio.wait_for(record(tmp_path), 20)
    assert Recording(tmp_path / "set-1").completeness().ended


async def test_damage_within_the_events_is_refused(tmp_path):
    await record(tmp_path)
    path = tmp_path / "set-1" / "events.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + b"{}\n" + lines[1])
    with pytest.raises(RecordingDamaged, match="line 2"):
        list(Recording(tmp_path / "set-1").events())


async def test_facts_that_are_not_ours_are_refused(tmp_path):
    with pytest.raises(NotFound, match="No set is kept"):
        Recording(tmp_path / "nowhere")
    await record(tmp_path)
    path = tmp_path / "set-1" / "session.json"
    facts = orjson.loads(path.read_bytes())
    path.write_bytes(orjson.dumps(facts | {"v": 2}))
    with pytest.raises(RecordingDamaged, match="version 2"):
        Recording(tmp_path / "set-1")
    path.write_bytes(orjson.dumps(facts | {"extra": 1}))
    with pytest.raises(RecordingDamaged, match="cannot be read"):
        Recording(tmp_path / "set-1")
    path.write_bytes(b"{")
    with pytest.raises(RecordingDamaged, match="cannot be read"):
        Recording(tmp_path / "set-1")


async def test_a_clock_that_was_wrong_at_the_start_costs_no_fresh_set(tmp_path):
    await record(tmp_path, clock=ManualClock(wall_seconds=86_400.0))
    facts = orjson.loads((tmp_path / "set-1" / "session.json").read_bytes())
    assert facts["created_unix_seconds"] < time.time() - 31 * 86_400
    assert sweep(tmp_path, days=30, now_unix_seconds=time.time()) == []
    later = time.time() + 31 * 86_400
    assert sweep(tmp_path, days=30, now_unix_seconds=later) == ["set-1"]


async def test_old_sets_are_swept_and_nothing_else(tmp_path):
    await record(tmp_path)
    began = Recording(tmp_path / "set-1").facts.created_unix_seconds
    (tmp_path / "notes").mkdir()
    later = began + 31 * 86_400
    assert sweep(tmp_path, days=30, now_unix_seconds=began + 29 * 86_400) == []
    assert sweep(tmp_path, days=30, now_unix_seconds=later, keep={"set-1"}) == []
    (tmp_path / "set-1" / "mine.txt").touch()
    assert sweep(tmp_path, days=30, now_unix_seconds=later) == []
    assert len(list((tmp_path / "set-1").iterdir())) == 4
    (tmp_path / "set-1" / "mine.txt").unlink()
    assert sweep(tmp_path, days=30, now_unix_seconds=later) == ["set-1"]
    assert [path.name for path in tmp_path.iterdir()] == ["notes"]
