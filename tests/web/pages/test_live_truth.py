"""What the audience page says of sets that are over, servers that stop and rooms without anyone."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser

from core.messages import Component, Phase
from tests.web.pages.serving import Site
from tests.web.pages.synthetic import SyntheticSet
from tests.web.pages.watching import watch
from web.viewers.protocol import CloseCode

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}

UNREACHABLE = """
() => {
  window.WebSocket = class {
    constructor() { setTimeout(() => this.onclose({ code: 1006 })); }
    close() {}
  };
}
"""
"""Every further connection fails."""

OVERLAPS = """
() => {
  const boxes = (selector) => [...document.querySelectorAll(selector)]
    .map((each) => each.getBoundingClientRect());
  const meet = (one, other) => one.left < other.right && other.left < one.right
    && one.top < other.bottom && other.top < one.bottom;
  return boxes(".message > *").some((part) =>
    boxes(".controls button, .readings, .identity").some((other) => meet(part, other)));
}
"""


async def played(site: Site, seconds: float) -> SyntheticSet:
    dj = SyntheticSet(site.bus)
    dj.state()
    await site.hub.room("nova")
    await dj.catch_up(seconds)
    return dj


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("stopped", "The DJ ended the set."),
        ("grace_over", "The DJ did not come back in time."),
        ("server_stopping", "The server was stopped during the set."),
    ],
)
async def test_a_set_that_is_over_says_why(browser: Browser, site: Site, reason: str, words: str):
    dj = await played(site, 300)
    dj.state(Phase.ENDED, reason)
    async with watch(browser, site, "/live/nova") as live:
        await live.shows(".message-lead", words)


async def test_a_set_that_ended_unscored_is_spoken_of_in_the_past(browser: Browser, site: Site):
    dj = await played(site, 30)
    dj.state(Phase.ENDED, "stopped")
    async with watch(browser, site, "/live/nova") as live:
        await live.shows(".overall", "No score")
        assert "was over before its first transition" in await live.text(".overall")
        assert "Listening" not in await live.text("main")
        await live.beside("findings")
        assert "before there was anything to remark on" in await live.text(".findings")
        assert "Listening" not in await live.text("main")


async def test_a_room_where_nobody_played_awaits_no_score(browser: Browser, site: Site):
    async with watch(browser, site, "/live/nova") as live:
        await live.shows(".message-title", "Nobody has played here yet")
        await live.shows(".overall", "No set yet")
        said = await live.text("main")
        assert "Listening" not in said and "nothing to remark" not in said


async def test_a_server_that_stops_is_no_broken_line(browser: Browser, site: Site):
    dj = await played(site, 300)
    async with watch(browser, site, "/live/nova") as live:
        await live.until(lambda seen: seen["link"] == "open" and seen["windows"] > 0)
        dj.state(Phase.ENDED, "server_stopping")
        await live.until(lambda seen: seen["phase"] == "ended")
        await live.page.evaluate(UNREACHABLE)
        for link in list(site.hub._links):
            link.end(CloseCode.GOING_AWAY, "going_away")
        await live.shows(".message-title", "The server has stopped")
        assert "The set ended with it." in await live.text(".message-text")
        await live.page.wait_for_timeout(1500)  # the server is away for longer than one attempt
        await live.shows(".message-title", "The server has stopped")
        assert await live.page.locator(".overall-value").count() == 1


async def test_a_server_that_came_back_without_the_set_leaves_what_is_known_of_it(
    browser: Browser, site: Site
):
    async with watch(browser, site) as home:
        seen = await home.page.evaluate(
            """
            (async () => {
              const { Room } = await import('/static/js/wire/room.js');
              const room = new Room('nova');
              const hello = (epoch, phase) => room.on_hello(
                { epoch, phase, tracks: [], info: null, clock: { pts: 1 } });
              hello(null, 'ended');
              const unknown = room.epoch.peek();
              room.on_state({ epoch: 'one', phase: 'ended', reason: 'server_stopping',
                info: { dj_name: 'Nova' } });
              hello(null, 'ended');
              return [unknown, room.epoch.peek(), room.reason.peek(), room.info.peek().dj_name];
            })()
            """
        )
    assert seen == [None, "one", "server_stopping", "Nova"]


@pytest.mark.parametrize("locale", ["en-GB", "es-ES"])
async def test_on_a_phone_no_message_lies_on_the_controls(
    browser: Browser, site: Site, locale: str
):
    dj = await played(site, 300)
    async with watch(browser, site, "/live/nova", locale=locale, **PHONE) as live:
        for phase in (Phase.RESUMING, Phase.ENDED, Phase.LIVE):
            dj.state(phase, "grace_over")
            await live.until(lambda seen, phase=phase: seen["phase"] == phase)
            assert not await live.page.evaluate(OVERLAPS), phase
        await live.page.evaluate(UNREACHABLE)
        for link in list(site.hub._links):
            link.end(CloseCode.TRY_AGAIN, "too_slow")
        await live.page.wait_for_selector('.stage[data-situation="lost"] .button')
        assert not await live.page.evaluate(OVERLAPS)


async def test_points_that_round_to_nothing_are_not_listed(browser: Browser, site: Site):
    dj = await played(site, 20)
    end = dj.position_samples
    dj.find(("clipping", Component.TECHNICAL, 3.0, 1.0, "ms", -0.04), end - 48_000, end)
    async with watch(browser, site, "/live/nova") as live:
        await live.beside("findings")
        await live.shows(".finding", "Clipped peaks a minute")
        assert await live.text(".finding-points") == ""


async def test_a_key_is_shown_once_it_has_held(browser: Browser, site: Site):
    async with watch(browser, site) as home:
        seen = await home.page.evaluate(
            """
            (async () => {
              const { HeldKey } = await import('/static/js/wire/held-key.js');
              const held = new HeldKey();
              let seconds = 0;
              const hear = (camelot, forSeconds, confidence = 0.6) => {
                let shown;
                for (const end = seconds + forSeconds; seconds < end; seconds += 0.5) {
                  shown = held.hear({ camelot: { value: camelot, confidence },
                    key: { value: camelot }, end_seconds: seconds });
                }
                return shown?.camelot ?? null;
              };
              return [hear('1A', 4), hear('10A', 4), hear('11B', 6), hear('1A', 3), hear(null, 10),
                hear('2A', 20, 0.26), hear('1A', 10), hear('1A', 4), hear(null, 59), hear(null, 3)];
            })()
            """
        )
    assert seen == [None, None, "11B", "11B", "11B", "11B", "11B", "1A", "1A", None]
