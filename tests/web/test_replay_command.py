"""`djuniverse replay`: what was judged live, judged again to the same bits."""

import asyncio
import dataclasses
import os
import re
import shutil
from pathlib import Path

import av
import orjson
import pytest

from core.bus import MemoryBus
from core.clock import SystemClock
from core.feed import SessionFeed
from core.messages import EncodedAudio, Score, SessionInfo
from core.metrics import Metrics
from judge.engine import Engine
from judge.live import LiveJudge
from judge.turn import unscored
from stream.decoding import HopDecoder
from stream.opus import packet_duration_samples
from stream.recording import Recorder, Recording
from stream.recording.facts import write_facts
from web.command_line import run
from web.replaying import Outcome, replay_recording
from web.report.provenance import judging_facts

HOUSE = Path(__file__).parents[1] / "golden" / "house_124.opus"
INFO = SessionInfo("set-1", "ana", "DJ Ana", 1_700_000_000.0)


@pytest.fixture(scope="module")
def engine():
    return Engine.load(providers=("CPUExecutionProvider",))


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """Recordings are found where the settings say: in `var` of the working directory."""
    monkeypatch.chdir(tmp_path)


def packets(session="set-1", lost=()):
    position = 0
    with av.open(str(HOUSE)) as container:
        for number, packet in enumerate(container.demux(audio=0)):
            payload = bytes(packet)
            duration = packet_duration_samples(payload)
            if duration and number not in lost:
                gap = number - 1 in lost
                yield EncodedAudio(session, position, duration, payload, gap, 1.0 + number / 50)
            position += duration


async def record(engine, *, lost_packets=(), lost_hops=(), late_hops=(), beside=0):
    """Judge a set as the live judge does, its hops in batches with those of `beside` other sets."""
    recorder = Recorder(Path("var/recordings"), Metrics())
    feed = SessionFeed(INFO, MemoryBus(), [recorder])
    recorder.open(INFO, judging_facts(engine.identity))
    decoder = HopDecoder(INFO.session)
    session = engine.open(INFO)
    others = [engine.open(dataclasses.replace(INFO, session=f"o{n}")) for n in range(beside)]
    for packet in packets(lost=lost_packets):
        feed.publish(packet, packet.start_sample)
        for hop in decoder.packet(packet):
            if hop.index in lost_hops:
                feed.publish(unscored(hop, "queue_full"), hop.start_sample + 24_000)
                continue
            items = [*((other, hop) for other in others), (session, hop)]
            skip = {len(others)} if hop.index in late_hops else set()
            for message, position in engine.advance(items, skip=skip)[-1].messages:
                feed.publish(message, position)
    await recorder.stop()
    return Recording(Path("var/recordings/set-1"))


def scores_of(recording):
    return [event.message for event in recording.events() if isinstance(event.message, Score)]


async def test_a_set_that_was_judged_live_is_replayed_to_the_bit(engine):
    recorder = Recorder(Path("var/recordings"), Metrics())
    feed = SessionFeed(INFO, MemoryBus(), [recorder])
    recorder.open(INFO, judging_facts(engine.identity))
    judge = LiveJudge(engine, clock=SystemClock(), metrics=Metrics(), deadline_seconds=60.0)
    judge.start()
    judge.open(feed)
    decoder, clock = HopDecoder(INFO.session), SystemClock()
    for packet in packets(lost={300, 301, 600}):
        feed.publish(packet, packet.start_sample)
        for hop in decoder.packet(packet):
            judge.push(dataclasses.replace(hop, arrived_seconds=clock.monotonic_seconds()))
            while judge.backlog:  # faster than live, yet no faster than it can judge
                await asyncio.sleep(0.005)
    await judge.close(INFO.session)
    await judge.stop()
    await recorder.stop()
    recording = Recording(Path("var/recordings/set-1"))
    verdict = replay_recording(recording, engine)
    assert verdict.outcome is Outcome.IDENTICAL
    assert verdict.windows + sum(score.batch_size == 0 for score in scores_of(recording)) == 29
    assert verdict.uncompared == 0


@pytest.mark.parametrize(
    "troubles",
    [
        {},
        {"lost_packets": {40, 41, 700}},
        {"lost_hops": {25, 26}},
        {"lost_hops": {3, 4, 11}},
        {"late_hops": {30}},
        {"beside": 2},
        {"lost_packets": {800}, "lost_hops": {22}, "late_hops": {21, 45}, "beside": 1},
    ],
    ids=lambda troubles: "+".join(troubles) or "none",
)
async def test_whatever_befell_it_live_befalls_it_again(engine, troubles):
    recording = await record(engine, **troubles)
    verdict = replay_recording(recording, engine)
    assert verdict.first is None
    assert verdict.outcome is Outcome.IDENTICAL
    assert verdict.windows == 29 - sum(hop >= 19 for hop in troubles.get("lost_hops", ()))
    reasons = {score.reason for score in scores_of(recording)}
    assert ("queue_full" in reasons) == ("lost_hops" in troubles)
    assert ("deadline" in reasons) == ("late_hops" in troubles)


async def test_the_command_says_so(engine, capsys):
    await record(engine)
    assert await asyncio.to_thread(run, ["replay", "set-1"]) == 0
    assert "Identical: 29 windows" in capsys.readouterr().out
    assert await asyncio.to_thread(run, ["replay", "var/recordings/set-1", "--json"]) == 0
    verdict = orjson.loads(capsys.readouterr().out)
    assert verdict["outcome"] == "identical"
    assert verdict["windows"] == 29
    assert verdict["recorded"] == verdict["present"]


async def test_one_bit_is_enough_to_be_different(engine, capsys):
    recording = await record(engine)
    path = recording.folder / "events.jsonl"
    lines = path.read_bytes().splitlines()
    place = next(n for n, line in enumerate(lines) if b'"window":30' in line)
    event = orjson.loads(lines[place])
    value = event["message"]["overall"]["value"]
    event["message"]["overall"]["value"] = value + 2**-50
    lines[place] = orjson.dumps(event)
    path.write_bytes(b"\n".join(lines) + b"\n")
    verdict = replay_recording(Recording(recording.folder), engine)
    assert verdict.outcome is Outcome.DIFFERENT
    assert (verdict.different, verdict.windows) == (1, 29)
    assert (verdict.first.window, verdict.first.name) == (30, "overall.value")
    assert 0 < verdict.largest_points < 1e-12
    assert await asyncio.to_thread(run, ["replay", "set-1"]) == 1
    assert "overall.value" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"provider": "CUDAExecutionProvider"}, "CUDAExecutionProvider"),
        ({"calibration": "20260101-abc"}, "the calibration 20260101-abc"),
        ({"decoder": "libopus 0.9"}, "libopus 0.9"),
        ({"model": {"sha256": "0" * 64}}, "000000000000"),
    ],
)
async def test_another_judge_is_no_comparison(engine, capsys, change, words):
    recording = await record(engine)
    facts = recording.facts
    if "model" in change:
        change = {"model": dataclasses.replace(facts.judging.model, **change["model"])}
    judging = dataclasses.replace(facts.judging, **change)
    write_facts(recording.folder, dataclasses.replace(facts, judging=judging))
    assert await asyncio.to_thread(run, ["replay", "set-1"]) == 2
    out = capsys.readouterr().out
    assert out.startswith("Not compared")
    assert words in out


async def test_a_set_cut_by_a_crash_is_compared_as_far_as_it_goes(engine, capsys):
    recording = await record(engine)
    for name, share in (("audio.opus", 0.9), ("events.jsonl", 0.7)):
        path = recording.folder / name
        path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    verdict = replay_recording(Recording(recording.folder), engine)
    assert verdict.outcome is Outcome.IDENTICAL
    assert 10 < verdict.windows < 29
    assert verdict.uncompared > 0
    assert await asyncio.to_thread(run, ["replay", "set-1"]) == 0
    assert re.search(r"still on air, or a crash .* bytes of sound", capsys.readouterr().out)
    for name in ("audio.opus", "events.jsonl"):
        os.utime(recording.folder / name, (0, 0))
    assert await asyncio.to_thread(run, ["replay", "set-1"]) == 0
    assert "A crash cut this recording" in capsys.readouterr().out


async def test_what_was_not_lost_is_not_told(engine, capsys):
    recording = await record(engine)
    audio = recording.folder / "audio.opus"
    data = audio.read_bytes()
    audio.write_bytes(data[: data.rindex(b"OggS")])  # all but the empty page that closes it
    assert await asyncio.to_thread(run, ["replay", "latest"]) == 0
    out = capsys.readouterr().out
    assert "still on air" in out
    assert "bytes" not in out


async def test_the_kept_sets_are_listed_newest_first(engine, capsys):
    assert run(["replay"]) == 0
    assert str(Path("var/recordings")) in capsys.readouterr().out
    assert run(["replay", "latest"]) == 2
    assert str(Path("var/recordings")) in capsys.readouterr().err
    first = await record(engine)
    later = Path("var/recordings/set-2")
    shutil.copytree(first.folder, later)
    facts = first.facts
    info = dataclasses.replace(
        INFO, session="set-2", dj_name="[b]Ñ", started_unix_seconds=1_800_000_000.0
    )
    write_facts(later, dataclasses.replace(facts, info=info))
    (later / "audio.opus").write_bytes((later / "audio.opus").read_bytes()[:-10])
    (first.folder.parent / "broken").mkdir()
    (first.folder.parent / "broken" / "session.json").write_text("{")
    assert run(["replay", "--json"]) == 0
    listed = {each["session"]: each for each in orjson.loads(capsys.readouterr().out)}
    assert list(listed).index("set-2") < list(listed).index("set-1")
    states = {session: each["state"] for session, each in listed.items()}
    assert states == {"set-1": "ended", "set-2": "open", "broken": "damaged"}
    sound_seconds = first.completeness().sound_seconds
    for session in ("set-1", "set-2"):
        assert listed[session]["length_seconds"] == pytest.approx(sound_seconds)
    assert run(["replay"]) == 0
    out = capsys.readouterr().out
    assert re.search(r"set-2 +2027-01-15 08:00 UTC +\[b\]Ñ +0:2\d +on air", out)
    assert "djuniverse replay" in out


async def test_what_cannot_be_replayed_is_refused(engine, capsys):
    assert await asyncio.to_thread(run, ["replay", "set-2"]) == 2
    err = capsys.readouterr().err
    assert "set-2" in err
    assert str(Path("var/recordings")) in err
    assert await asyncio.to_thread(run, ["replay", "../../etc"]) == 2
    recording = await record(engine)
    (recording.folder / "events.jsonl").write_bytes(b"")
    assert await asyncio.to_thread(run, ["replay", "set-1"]) == 2
    assert "no scores were kept" in capsys.readouterr().out
    damaged = bytearray((recording.folder / "audio.opus").read_bytes())
    damaged[len(damaged) // 2] ^= 255
    (recording.folder / "audio.opus").write_bytes(damaged)
    assert await asyncio.to_thread(run, ["replay", "set-1"]) == 2
    assert "damaged" in capsys.readouterr().err
