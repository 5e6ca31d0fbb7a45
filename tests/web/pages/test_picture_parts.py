"""The parts of the pictures without a face: queue, steady clock, grain, blackout."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.web.pages.serving import Site
from tests.web.pages.watching import watch

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

QUEUE = """
const { PictureQueue } = await import('/static/js/visuals/queue.js');
class Decoder {
  constructor() { this.inFlight = 0; this.held = []; this.open = 0; this.given = []; }
  decode(frame) {
    this.inFlight += 1;
    this.given.push(frame.ptsMicroseconds);
    this.held.push(frame);
    return true;
  }
  reset() { this.inFlight = 0; this.held = []; }
  fail() { this.reset(); this.onFailure(); }
  close() { this.reset(); }
  out(count = Infinity) {
    for (; count > 0 && this.held.length > 0; count -= 1) {
      this.inFlight -= 1;
      this.open += 1;
      const image = { close: () => { this.open -= 1; } };
      this.onPicture({ pts: this.held.shift().ptsMicroseconds, image, width: 2, height: 2 });
    }
  }
}
const decoder = new Decoder();
const queue = new PictureQueue(decoder);
const PICTURE = 50_000;
const send = (from, to, more = 0) => {
  for (let number = from; number < to; number += 1) {
    const flags = (number % 40 === 0 ? 1 : 0) | more;
    queue.take({ ptsMicroseconds: number * PICTURE, flags, payload: [] });
  }
};
const at = (number) => {
  queue.newest(number * PICTURE);
  decoder.out();
  return queue.newest(number * PICTURE).picture;
};
"""


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: Browser, site: Site) -> AsyncIterator[Page]:
    async with watch(browser, site) as watched:
        yield watched.page
        watched.errors = [each for each in watched.errors if "willReadFrequently" not in each]


async def run(page: Page, setup: str, body: str) -> Any:
    return await page.evaluate(f"(async () => {{ {setup} {body} }})()")


async def test_few_pictures_are_decoded_ahead_and_every_one_is_freed(page: Page):
    seen = await run(
        page,
        QUEUE,
        "send(0, 40); let most = 0; for (let now = 0; now < 40; now += 1) {"
        " if (at(now).pts !== now * PICTURE) return now; most = Math.max(most, decoder.open); }"
        "const shown = queue.counts.shown; queue.close(); return [most <= 8, shown, decoder.open];",
    )
    assert seen == [True, 40, 0]


async def test_nothing_is_decoded_while_nobody_looks_and_it_goes_on_at_the_newest_key(page: Page):
    seen = await run(
        page,
        QUEUE,
        "send(0, 20); at(5); const before = decoder.given.length; send(20, 2000);"
        "const hidden = [decoder.given.length - before, queue.pending.length <= 400];"
        "decoder.given.length = 0; const picture = at(1985);"
        "return [...hidden, decoder.given[0] / PICTURE, picture.pts / PICTURE];",
    )
    assert seen == [0, True, 1960, 1985]


async def test_after_a_loss_or_an_error_it_waits_for_a_key(page: Page):
    seen = await run(
        page,
        QUEUE,
        "send(1, 30); const early = decoder.given.length + queue.pending.length;"
        "send(40, 50); at(45); send(55, 60, 2); const lost = queue.pending.length;"
        "send(80, 90); at(85); decoder.fail(); send(90, 100); const failed = queue.pending.length;"
        "send(120, 125); return [early, lost, failed, at(123).pts / PICTURE];",
    )
    assert seen == [0, 0, 0, 123]


async def test_what_comes_again_after_a_reconnect_is_not_shown_again(page: Page):
    seen = await run(
        page,
        QUEUE,
        "send(0, 20); at(15); queue.restart(); send(0, 25); const again = at(15);"
        "return [again.pts / PICTURE, at(22).pts / PICTURE];",
    )
    assert seen == [15, 22]


SLOW = """
const after = (ms) => new Promise((done) => setTimeout(done, ms));
let decoding = true;
(async () => { while (decoding) { await after(SLOWLY); decoder.out(1); } })();
const watched = [];
const look = async (due, ms) => {
  const until = performance.now() + ms;
  while (performance.now() < until) {
    const { picture, fresh } = queue.newest(due() * PICTURE);
    if (fresh) watched.push(Math.round(picture.pts / PICTURE));
    await after(4);
  }
};
"""


@pytest.mark.parametrize("slowly", ["5", "15"])
@pytest.mark.parametrize("before", ["joined", "hidden", "renewed"])
async def test_what_is_caught_up_with_is_never_seen_in_fast_forward(
    page: Page, slowly: str, before: str
):
    begin = {
        "joined": "send(40, 75);",
        "hidden": "send(40, 55); await look(() => 43, 250); send(55, 75); watched.length = 0;",
        "renewed": "send(0, 5); await look(() => 3, 250); queue.restart(); send(40, 75);"
        "watched.length = 0;",
    }[before]
    seen = await run(
        page,
        QUEUE + SLOW.replace("SLOWLY", slowly),
        f"{begin} await look(() => 74, 900); decoding = false; queue.close();"
        "return [watched, decoder.open];",
    )
    assert seen == [[74], 0]


async def test_who_never_catches_up_sees_a_picture_a_second_and_no_old_ones_between(page: Page):
    seen = await run(
        page,
        QUEUE + SLOW.replace("SLOWLY", "90"),
        "send(40, 80); await look(() => 79, 2_600); decoding = false; queue.close();"
        "return [watched, decoder.open];",
    )
    watched, left_open = seen
    assert 1 <= len(watched) <= 2 and left_open == 0


async def test_a_decoder_that_keeps_some_pictures_back_shows_them_in_their_pace(page: Page):
    seen = await run(
        page,
        QUEUE + SLOW.replace("SLOWLY", "1e9"),
        "const began = performance.now(); const now = () => (performance.now() - began) / 50;"
        "let sent = 0; const give = setInterval(() => {"
        " for (; sent <= now(); sent += 1) send(sent, sent + 1);"
        " while (decoder.held.length > 3) decoder.out(1); }, 5);"
        "await look(now, 3_000); clearInterval(give); return watched.length;",
    )
    assert seen > 25


async def test_the_steady_clock_is_even_where_arrivals_are_not(page: Page):
    seen = await run(
        page,
        "const { SteadyClock } = await import('/static/js/visuals/steady-clock.js');",
        "const clock = new SteadyClock(); const speeds = []; let last = null; let missing = 0;"
        "const late = (n) => 30 + (n * 7919 % 41);"
        "const arrivals = Array.from({ length: 400 }, (_, n) => [n * 50_000, n * 50 + late(n)]);"
        "for (let now = 100; now < 19_000; now += 16) {"
        "  while (arrivals[0]?.[1] <= now) clock.saw(...arrivals.shift());"
        "  const position = clock.position(now);"
        "  const newest = arrivals.length > 0 ? arrivals[0][0] - 50_000 : Infinity;"
        "  if (now > 5_000) {"
        "    speeds.push((position - last) / 16_000);"
        "    if (position > newest + 50_000) missing += 1;"
        "  }"
        "  last = position; }"
        "return [Math.min(...speeds), Math.max(...speeds), missing / speeds.length];",
    )
    slowest, fastest, missing = seen
    assert slowest > 0.979 and fastest < 1.021
    assert missing < 0.08


async def test_the_grain_is_faint_and_changes_nothing_on_the_whole(page: Page):
    seen = await run(
        page,
        "const { Painter } = await import('/static/js/visuals/paint.js');",
        "const source = document.createElement('canvas'); source.width = 32; source.height = 18;"
        "const paint = source.getContext('2d'); paint.fillStyle = 'rgb(120,120,120)';"
        "paint.fillRect(0, 0, 32, 18); const canvas = document.createElement('canvas');"
        "canvas.style.cssText = 'position:fixed;width:384px;height:216px';"
        "document.body.append(canvas); const painter = new Painter(canvas);"
        "const frames = []; const context = canvas.getContext('2d');"
        "for (let now = 0; now < 3_000; now += 100) {"
        "  painter.paint({ image: source, width: 32, height: 18 }, now === 0, now);"
        "  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);"
        "  let sum = 0, most = 0; for (let at = 0; at < data.length; at += 4) {"
        "  sum += data[at]; most = Math.max(most, Math.abs(data[at] - 120)); }"
        "  frames.push([sum / (data.length / 4), most]); }"
        "return [Math.max(...frames.map((f) => Math.abs(f[0] - 120))),"
        " Math.max(...frames.map((f) => f[1])), frames.some((f) => f[1] > 0)];",
    )
    mean, most, any_grain = seen
    assert any_grain
    assert most < 0.03 * 255
    assert mean < 0.5


async def test_full_screen_again_does_not_bring_an_old_picture_back(page: Page):
    seen = await run(
        page,
        "const { Painter } = await import('/static/js/visuals/paint.js');",
        "const plain = (colour) => { const image = document.createElement('canvas');"
        " image.width = 32; image.height = 18; const paint = image.getContext('2d');"
        " paint.fillStyle = colour; paint.fillRect(0, 0, 32, 18);"
        " return { image, width: 32, height: 18 }; };"
        "const canvas = document.createElement('canvas'); document.body.append(canvas);"
        "const painter = new Painter(canvas, { grain: false });"
        "const size = (large) => { canvas.style.cssText = 'position:fixed;'"
        " + (large ? 'width:384px;height:216px' : 'width:32px;height:18px'); };"
        "const old = plain('rgb(250,0,0)'); const now = plain('rgb(0,250,0)');"
        "size(true); painter.paint(old, true, 0); size(false); painter.paint(now, true, 50);"
        "size(true); painter.paint(now, false, 100);"
        "return [...canvas.getContext('2d').getImageData(100, 100, 1, 1).data].slice(0, 2);",
    )
    assert seen[0] < 10 and seen[1] > 240


ROOM = """
const { Room } = await import('/static/js/wire/room.js');
const { signal } = await import('/static/js/shared/view.js');
const { Visuals } = await import('/static/js/visuals/visuals.js');
globalThis.fetch = async () => ({ ok: false });
const room = new Room('nova');
let heard = null;
const visuals = new Visuals({ room, wishes: { heard: () => heard } });
const show = (pts, blackout) =>
  room.accept({ t: 'show', seq: 1, pts, d: { running: true, blackout, settings: {} } }, null);
"""


async def test_the_page_s_own_black_goes_when_the_pictures_are_out_of_theirs(page: Page):
    seen = await run(
        page,
        ROOM,
        "const steps = []; const at = (seconds) => { heard = seconds * 48_000;"
        " visuals.draw(performance.now()); steps.push(visuals.black.peek()); };"
        "show(9e6, false); at(8.9); show(10e6, true); at(9.1); show(10.5e6, false);"
        "at(9.4); at(10.5); at(10.64); at(10.66);"
        "show(11e6, true); show(11.5e6, false); heard = null; visuals.draw(1);"
        "steps.push(visuals.black.peek()); show(12e6, true); room.begin('next');"
        "steps.push(visuals.black.peek()); return [steps, room.show.peek()];",
    )
    assert seen == [[False, True, True, True, True, False, False, False], None]


async def test_where_the_sound_runs_out_the_picture_stands_with_it(page: Page):
    seen = await run(
        page,
        "const { SoundPlayer } = await import('/static/js/audio/player.js');",
        "const player = new SoundPlayer(); player.offsetMs = 100;"
        "player.context = { currentTime: 5, outputLatency: 0 };"
        "const heard = []; const note = () => heard.push(player.heardSample()); note();"
        "player.state.value = 'on'; note(); player.report.value ="
        " { position: 960_000, speed: 1, time: 5 }; note();"
        "player.report.value = { position: 980_000, speed: 0, time: 5 }; note();"
        "player.report.value = { position: 961_000, speed: 1, time: 5 }; note();"
        "player.push(0, new Float32Array(4), new Float32Array(4)); player.report.value ="
        " { position: 0, speed: 0, time: 5 }; note();"
        "player.state.value = 'off'; note(); return heard;",
    )
    assert seen == [None, None, 955_200, 955_200, 956_200, None, None]


async def test_without_sound_the_steady_clock_is_put_off_by_the_offset(page: Page):
    seen = await run(
        page,
        ROOM,
        "visuals.clock.saw(10e6, 1_000); const plain = visuals.position(1_000);"
        "visuals.offsetMs = 120; return plain - visuals.position(1_000);",
    )
    assert seen == 120_000


PICTURES = """
const { Pictures, remembered, rememberWish } = await import('/static/js/visuals/pictures.js');
const { Room } = await import('/static/js/wire/room.js');
const asked = [];
const line = { askVideo(video) { this.video = video; asked.push(video); } };
"""


async def settled(page: Page, expression: str) -> Any:
    """Return what it says once the page has heard of the system's new wish."""
    frame = "new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)))"
    return await page.evaluate(f"{frame}.then(() => {expression})")


async def test_less_motion_takes_a_knowing_yes_and_is_followed_during_a_visit(page: Page):
    await page.emulate_media(reduced_motion="no-preference")
    start = (
        "localStorage.clear(); window.kept = new Pictures(line, new Room('nova'), {});"
        "rememberWish(true); return kept.on.peek();"
    )
    assert await run(page, PICTURES, start) is True
    await page.emulate_media(reduced_motion="reduce")
    assert await settled(page, "[kept.on.peek(), kept.connection.video]") == [False, "none"]
    knowingly = "rememberWish(true); return [remembered(), localStorage['djuv.visuals']];"
    assert await run(page, PICTURES, knowingly) == [True, "knowingly"]
    await page.emulate_media(reduced_motion="no-preference")
    assert await settled(page, "kept.on.peek()") is True
    off = "rememberWish(false); kept.follow(); return [kept.on.peek(), remembered()];"
    assert await run(page, PICTURES, off) == [False, False]


async def test_a_blackout_is_said_again_while_held_and_ends_in_order(page: Page):
    seen = await run(
        page,
        "const { Blackout } = await import('/static/js/vj/blackout.js');",
        "const said = []; const after = (ms) => new Promise((done) => setTimeout(done, ms));"
        "const say = async (held) => { await after(held ? 60 : 5); said.push(held); };"
        "const blackout = new Blackout({ failed() {}, say });"
        "blackout.press(); blackout.press(); await after(1_300); blackout.release();"
        "await after(300); const first = said.splice(0);"
        "blackout.press(); dispatchEvent(new Event('blur')); await after(300);"
        "return [first, said, blackout.held.peek()];",
    )
    assert seen[0] == [True, True, False]
    assert seen[1][-1] is False and seen[2] is False


LINE = """
const sockets = [];
window.WebSocket = class {
  static OPEN = 1;
  constructor(url) { this.url = String(url); this.readyState = 1; sockets.push(this); }
  send() {}
  close() { this.closed = true; }
  say(data) { this.onmessage?.({ data: JSON.stringify(data) }); }
  give(kind, pts) {
    const head = new DataView(new ArrayBuffer(20));
    head.setUint8(0, kind);
    head.setBigUint64(8, BigInt(pts), true);
    this.onmessage?.({ data: head.buffer });
  }
};
const given = [];
const { RoomConnection } = await import('/static/js/wire/connection.js');
const line = new RoomConnection('nova', {
  onEvent() {},
  onMedia: (frame) => given.push(`${frame.kind}:${frame.ptsMicroseconds}`),
});
const hello = { t: 'hello', seq: 0, pts: 0, d: { epoch: 'one' } };
const wishes = () => sockets.map((each) => new URL(each.url).searchParams.get('video'));
line.open();
"""


async def test_another_wish_opens_a_line_and_drops_the_old_one_once_it_stands(page: Page):
    seen = await run(
        page,
        LINE,
        "line.askVideo('vp9'); const early = sockets.length; sockets[0].say(hello);"
        "const before = [sockets.length, sockets[0].closed]; sockets[1].onopen?.();"
        "const after = [sockets[0].closed, line.socket === sockets[1]];"
        "sockets[1].give(1, 20); after.push(sockets[0].closed); line.close();"
        "return [early, ...before, ...after, ...wishes()];",
    )
    assert seen == [1, 2, None, None, True, True, "none", "vp9"]


async def test_the_old_line_gives_sound_until_the_new_one_does_and_none_comes_twice(page: Page):
    seen = await run(
        page,
        LINE,
        "sockets[0].say(hello); line.askVideo('vp9'); sockets[0].give(1, 10);"
        "sockets[1].onopen(); sockets[0].give(1, 20); sockets[0].give(2, 20);"
        "sockets[1].say(hello); sockets[1].give(2, 5); sockets[0].give(1, 30);"
        "sockets[1].give(1, 20); sockets[0].give(1, 40); sockets[1].give(1, 30);"
        "sockets[1].give(1, 40); sockets[1].give(1, 50);"
        "const closed = sockets[0].closed; line.close(); return [given, closed];",
    )
    assert seen == [["1:10", "1:20", "2:5", "1:30", "1:40", "1:50"], True]


async def test_without_sound_the_old_line_goes_after_three_seconds(page: Page):
    seen = await run(
        page,
        LINE,
        "sockets[0].say(hello); line.askVideo('vp9'); sockets[1].onopen(); sockets[1].say(hello);"
        "const after = (ms) => new Promise((done) => setTimeout(done, ms));"
        "await after(2_000); const closed = [sockets[0].closed]; await after(1_500);"
        "closed.push(sockets[0].closed, sockets[1].closed); line.close(); return closed;",
    )
    assert seen == [None, True, None]


async def test_a_wish_that_was_taken_back_costs_nothing(page: Page):
    seen = await run(
        page,
        LINE,
        "sockets[0].say(hello); line.askVideo('vp9'); line.askVideo('none');"
        "sockets[1].onopen?.(); const kept = line.socket === sockets[0] && !sockets[0].closed;"
        "sockets[1].onclose?.({ code: 1000 }); const link = line.link.peek().is; line.close();"
        "return [kept, sockets[1].closed, sockets.length, link];",
    )
    assert seen == [True, True, 2, "open"]


async def test_where_no_second_line_can_be_had_the_first_makes_way(page: Page):
    seen = await run(
        page,
        LINE,
        "sockets[0].say(hello); line.askVideo('vp9'); sockets[1].onclose({ code: 1006 });"
        "const waits = line.link.peek().is; line.tryNow(); const again = wishes().at(-1);"
        "line.close(); return [sockets[0].closed, waits, again];",
    )
    assert seen == [True, "waiting", "vp9"]
