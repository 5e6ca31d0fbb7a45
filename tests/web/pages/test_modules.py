"""The parts without a face, run in Chromium: the buffer, the set's history, the wire."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from core.messages import Component
from tests.web.pages.serving import Site
from tests.web.pages.test_sync import click_packets
from tests.web.pages.watching import watch
from web.report.contents import LossLine
from web.report.losses import shown_tenths

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

RING = """
const { MediaRing } = await import('/static/js/audio/ring.js');
const ring = new MediaRing();
const PACKET = 960;
let wrote = 0;
const tone = (start) => Float32Array.from({ length: PACKET },
  (_, index) => 0.5 * Math.sin(2 * Math.PI * 440 * (start + index) / 48000));
const write = (packets = 1) => {
  for (let count = 0; count < packets; count += 1) {
    ring.write(wrote, tone(wrote), tone(wrote));
    wrote += PACKET;
  }
};
const left = new Float32Array(128);
const right = new Float32Array(128);
let steepest = 0;
let last = 0;
const read = (blocks = 1) => {
  for (let count = 0; count < blocks; count += 1) {
    ring.read(left, right);
    for (const sample of left) {
      steepest = Math.max(steepest, Math.abs(sample - last));
      last = sample;
    }
  }
};
const seconds = (each, packetsEach = 1) => {
  // 2 packets are 15 blocks of 128 samples.
  for (let count = 0; count < each * 25; count += 1) { write(2 * packetsEach); read(15); }
};
"""


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: Browser, site: Site) -> AsyncIterator[Page]:
    async with watch(browser, site) as watched:
        yield watched.page


async def run(page: Page, setup: str, body: str) -> Any:
    return await page.evaluate(f"(async () => {{ {setup} {body} }})()")


async def test_the_buffer_waits_for_its_target_then_plays_what_was_written(page: Page):
    seen = await run(
        page,
        RING,
        "write(9); read(); const early = ring.playing; write(2); read(4);"
        "const before = ring.position; read();"
        "const exact = left.every((sample, i) => sample === tone(0).constructor.from([sample])[0]);"
        "const wanted = Math.fround(0.5 * Math.sin(2 * Math.PI * 440 * before / 48000));"
        "return { early, playing: ring.playing, error: Math.abs(left[0] - wanted), exact };",
    )
    assert seen["early"] is False
    assert seen["playing"] is True
    assert seen["error"] < 1e-6  # at rest it copies: bit for bit


async def test_running_dry_is_counted_fades_and_raises_the_target(page: Page):
    seen = await run(
        page,
        RING,
        "seconds(2); const before = ring.target; read(200); const dry = ring.playing;"
        "seconds(2); return { glitches: ring.glitches, raised: ring.target > before, dry,"
        " playing: ring.playing, steepest };",
    )
    assert seen["glitches"] == 1
    assert seen["raised"] is True
    assert seen["dry"] is False and seen["playing"] is True
    assert seen["steepest"] < 0.06  # the tone itself moves 0.03 a sample: there was no click


async def test_too_much_delay_is_caught_up_with_gently(page: Page):
    seen = await run(
        page,
        RING,
        "seconds(2); write(20); const before = ring.fill; let fastest = 1;"
        "for (let i = 0; i < 30; i += 1) { seconds(1); fastest = Math.max(fastest, ring.speed); }"
        "return { gained: before - ring.fill, fastest, broken: ring.jumps + ring.glitches };",
    )
    assert seen["gained"] > 0.1 * 48_000
    assert 1 < seen["fastest"] <= 1.005
    assert seen["broken"] == 0


async def test_far_behind_it_jumps_once(page: Page):
    seen = await run(
        page,
        RING,
        "seconds(2); write(150); read(2);"
        "return { jumps: ring.jumps, fill: ring.fill, target: ring.target };",
    )
    assert seen["jumps"] == 1
    assert seen["fill"] == pytest.approx(seen["target"], abs=512)


async def test_a_lost_packet_is_silence_of_its_own_length(page: Page):
    seen = await run(
        page,
        RING,
        "seconds(1); const at = wrote; wrote += PACKET; write(12);"
        "const end = ring.written; while (ring.position < at + 300) read();"
        "return { end, wrote, peak: Math.max(...left.map(Math.abs)), glitches: ring.glitches };",
    )
    assert seen["end"] == seen["wrote"]  # positions never move
    assert seen["peak"] == 0
    assert seen["glitches"] == 0


async def test_a_packet_that_comes_twice_is_heard_once(page: Page):
    seen = await run(
        page,
        RING,
        "write(12); const fill = ring.fill; ring.write(0, tone(0), tone(0));"
        "return ring.fill - fill;",
    )
    assert seen == 0


async def test_four_hours_cost_no_more_to_draw_than_a_screen_of_points(page: Page):
    seen = await run(
        page,
        "const { SetHistory } = await import('/static/js/wire/set-history.js');",
        "const history = new SetHistory();"
        "for (let hop = 1; hop <= 28800; hop += 1) history.push({ time: hop / 2, value: 7,"
        " low: 6.5, high: hop === 20000 ? 9.5 : 7.5, window: 7, energy: 0.5 });"
        "const level = history.level(14400 / 1000 * 1.5);"
        "return { all: history.length, drawn: level.length,"
        " highest: Math.max(...level.high.slice(0, level.length)),"
        " mean: level.value[100], again: history.push({ time: 5 }) };",
    )
    assert seen["all"] == 28_800
    assert 300 < seen["drawn"] <= 1_000
    assert seen["highest"] == 9.5  # extremes survive at every zoom
    assert seen["mean"] == 7
    assert seen["again"] is False  # the past is never written twice


async def test_unknown_scores_stay_unknown_at_every_zoom(page: Page):
    seen = await run(
        page,
        "const { SetHistory } = await import('/static/js/wire/set-history.js');",
        "const history = new SetHistory();"
        "for (let hop = 1; hop <= 64; hop += 1) history.push({ time: hop / 2, energy: 0.5 });"
        "return history.levels.map(({ value, length }) =>"
        " value.slice(0, length).every(Number.isNaN));",
    )
    assert all(seen)


async def test_retries_double_stay_bounded_and_differ(page: Page):
    waits = await run(
        page,
        "const { Backoff } = await import('/static/js/wire/backoff.js');",
        "const steady = new Backoff({ random: () => 0.5 });"
        "return Array.from({ length: 8 }, () => steady.next());",
    )
    assert waits == [0.5, 1, 2, 4, 8, 15, 15, 15]


async def test_what_one_has_read_stays_read_when_it_is_taken_away(page: Page):
    assert await run(
        page,
        "const { readUpTo } = await import('/static/js/chat/state.js');",
        """
        const of = (text) => [...text].map((id) => ({ id }));
        return [readUpTo('c', of('abcd'), of('abd')), readUpTo('c', of('abcd'), of('abcde')),
          readUpTo('c', of('abcd'), of('de')), readUpTo(null, of('abcd'), of('abc')),
          readUpTo('c', [], of('xyz'))];
        """,
    ) == ["b", "c", "c", None, "c"]  # what is not there any more lies before all that is


async def test_a_hole_in_the_timeline_is_filled_and_what_was_seen_stays(page: Page):
    times = await run(
        page,
        "const { Room } = await import('/static/js/wire/room.js'); const room = new Room('nova');",
        """
        const seen = { value: 9, low: 8, high: 10, window: 9, energy: 1 };
        const shown = (time) => room.history.push({ time, ...seen });
        [100, 100.5, 200, 200.5].forEach(shown);
        const all = Array.from({ length: 400 }, (_, at) => (at + 1) / 2);
        const of = (value) => all.map(() => value);
        room.fillIn({
          step_seconds: 0.5, time_seconds: all, set_overall: of(5), set_low: of(4), set_high: of(6),
          window_overall: of(5), energy: of(0), transitions: [], findings: [],
        });
        const base = room.history.levels[0];
        const values = Array.from(base.value.subarray(0, base.length));
        return [base.length, values.filter((each) => each === 9).length,
          all.every((each, at) => base.time[at] === each)];
        """,
    )
    assert times == [401, 4, True]


async def test_the_greeting_after_a_long_absence_asks_for_what_was_missed(page: Page):
    assert await run(
        page,
        "const { Room } = await import('/static/js/wire/room.js'); const room = new Room('nova');",
        """
        const asked = [];
        room.loadTimeline = (epoch) => asked.push(epoch);
        const greet = (from_seq) => room.on_hello(
          { epoch: 'e', from_seq, tracks: [], clock: { pts: 1 }, info: null, phase: 'live' });
        greet(1);
        room.shownSeq = 10;
        greet(11);
        greet(500);
        return asked;
        """,
    ) == ["e", "e"]


async def test_the_volume_is_as_loud_at_the_start_as_when_it_is_set(page: Page):
    begins, is_set = await run(
        page,
        "const { SoundPlayer } = await import('/static/js/audio/player.js');",
        """
        const player = new SoundPlayer();
        player.volume = 0.1;
        await player.build();
        const begins = player.gain.gain.value;
        const set = new Promise((resolve) => { player.gain.gain.setTargetAtTime = resolve; });
        player.setVolume(0.1);
        const isSet = await set;
        await player.context.close();
        return [begins, isSet];
        """,
    )
    assert begins == pytest.approx(0.01) and is_set == pytest.approx(0.01)


async def test_a_frame_that_is_too_short_is_no_frame(page: Page):
    seen = await run(
        page,
        "const { parseFrame } = await import('/static/js/wire/frames.js');",
        "const bytes = new Uint8Array([1, 3, 0, 0, 7, 0, 0, 0, 0x40, 0x42, 15, 0, 0, 0, 0, 0, 9]);"
        "return [parseFrame(new ArrayBuffer(15)), { ...parseFrame(bytes.buffer), payload: null }];",
    )
    assert seen[0] is None
    assert seen[1] == {
        "kind": 1,
        "flags": 3,
        "track": 0,
        "seq": 7,
        "ptsMicroseconds": 1_000_000,
        "payload": None,
    }


async def test_a_fault_is_kept_until_it_is_over(page: Page):
    assert await run(
        page,
        "const { Room } = await import('/static/js/wire/room.js'); const room = new Room('nova');",
        """
        const fault = (code) => room.on_error({ code, details: {} });
        const judged = (overall) => room.on_score(
          { overall, set: {}, end_seconds: 10, camelot: { value: null }, key: { value: null } });
        fault('judge_failed');
        judged(null);
        const during = room.fault.peek()?.code;
        judged({ value: 7, low: 6, high: 8 });
        const after = room.fault.peek();
        fault('recording_failed');
        judged({ value: 7, low: 6, high: 8 });
        return [during, after, room.fault.peek()?.code];
        """,
    ) == ["judge_failed", None, "recording_failed"]


async def decoded_starts(page: Page, starts: list[int], only: str | None) -> dict[str, Any]:
    """Where the sound of packets begins, in units of packets, and how they were decoded."""
    packets = [base64.b64encode(each).decode() for each in click_packets()[: len(starts)]]
    found = await page.evaluate(
        """async ([packets, starts, only]) => {
          const { makeDecoder } = await import('/static/js/audio/opus.js');
          const found = [];
          const heard = (start, left) => found.push([start, left.length]);
          const decoder = await makeDecoder(heard, { only });
          packets.forEach((packet, at) => decoder.decode(
            starts[at] * 960, Uint8Array.from(atob(packet), (c) => c.charCodeAt(0))));
          await decoder.flush?.();
          await new Promise((resolve) => setTimeout(resolve, 200));
          return { found, kind: decoder.kind };
        }""",
        [packets, starts, only],
    )
    assert all(length == 960 for _, length in found["found"])
    return {"starts": [start / 960 for start, _ in found["found"]], "kind": found["kind"]}


@pytest.mark.parametrize("only", [None, "wasm"])
async def test_sound_is_where_its_packets_say_whatever_is_missing(page: Page, only: str | None):
    """A packet that was lost, a DJ who paused, another set that begins at nought."""
    starts = [5_000, 5_001, 5_003, 5_004, 5_304, 5_305, 5_306, 0, 1, 2, 3]
    decoded = await decoded_starts(page, starts, only)
    assert decoded == {"starts": starts, "kind": only or "webcodecs"}


async def test_the_length_of_a_packet_is_read_from_its_first_bytes(page: Page):
    sizes = await run(
        page,
        "const { samplesOf } = await import('/static/js/audio/opus.js');",
        """return [[0xfc], [0x7c], [0x18, 1], [0x80], [0xf9], [0xfb, 3], [0x60], [0x08]]
          .map((bytes) => samplesOf(Uint8Array.from(bytes)));""",
    )
    assert sizes == [960, 960, 2_880, 120, 1_920, 2_880, 480, 960]


async def test_the_live_edge_goes_on_where_all_sound_comes_late(page: Page):
    """As on a line that cannot carry pictures and sound: each packet a second old, so flagged."""
    seconds = await run(
        page,
        """
        const { Listener } = await import('/static/js/audio/listener.js');
        const { LiveEdge } = await import('/static/js/wire/room.js');
        const { FLAG, KIND } = await import('/static/js/wire/frames.js');
        const edge = new LiveEdge();
        const listener = new Listener(edge);
        listener.decoder = { decode() {}, reset() {} };
        """,
        """
        const really = performance.now;
        let nowMs = really.call(performance);
        performance.now = () => nowMs;
        edge.set(0);
        for (let late = 0; late < 9_000; late += 20) {
          nowMs += late === 0 ? 1_000 : 20;
          const ptsMicroseconds = late * 1000;
          listener.take({ kind: KIND.OPUS, flags: FLAG.CATCH_UP, ptsMicroseconds, payload: null });
        }
        const stands = edge.sample() / 48_000;
        performance.now = really;
        return stands;
        """,
    )
    assert 9.0 <= seconds <= 10.0  # it sinks towards what comes, slowly


async def test_without_a_listener_for_sound_events_alone_are_asked_for(page: Page):
    assert await run(
        page,
        "const { RoomConnection } = await import('/static/js/wire/connection.js');",
        """
        const asked = (listener) => new RoomConnection('nova', listener).address().search;
        return [asked({ onEvent() {} }), asked({ onEvent() {}, onMedia() {} })];
        """,
    ) == ["?media=0", "?video=none"]


async def test_shown_points_add_up_as_they_do_in_the_report(page: Page):
    cases = [
        ([-1.93, -0.34, -0.33], 7.4),
        ([-0.25] * 4, 9.0),
        ([-0.04, -0.02], 9.94),
        ([-2.0], 8.0),
        ([], 10.0),
    ]
    shown = await page.evaluate(
        "async (cases) => { const { shownTenths } = await import('/static/js/shared/losses.js');"
        " return cases.map(([points, value]) =>"
        " shownTenths(points.map((each) => ({ points: each })), value)); }",
        cases,
    )
    for (points, value), tenths in zip(cases, shown, strict=True):
        lines = [LossLine(Component.ENERGY, "prior", "", 0, each, "") for each in points]
        assert tuple(tenths) == shown_tenths(lines, value)
