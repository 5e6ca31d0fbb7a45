"""The chat of the audience page in a real Chromium: what people see, say, and are told."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Browser

from tests.web.pages.crowding import ALLOWED, HELD, SENT_UNIX_MS, FakeCrowd, deleted
from tests.web.pages.serving import Site
from tests.web.pages.watching import Watched, watch

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
ATTACKS = (
    "<script>window.pwned = 1</script>",
    "<img src=x onerror='window.pwned = 1'>",
    "javascript:window.pwned=1 :fire: &lt;b&gt;",
    "${window.pwned = 1} `${alert(1)}` {{7*7}}",
)
CONTRASTS = """
async () => {
  const { hueOf } = await import('/static/js/chat/names.js');
  const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  const shown = (colour) => {
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const light = (rgb) => rgb.map((each) => each / 255)
    .map((each) => (each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4))
    .reduce((sum, each, at) => sum + each * [0.2126, 0.7152, 0.0722][at], 0);
  const name = document.querySelector('.said-name');
  const style = getComputedStyle(document.documentElement);
  const grounds = ['--surface', '--surface-raised'].map((token) => {
    name.style.backgroundColor = `var(${token})`;
    return light(shown(getComputedStyle(name).backgroundColor));
  });
  const hues = new Set(Array.from({ length: 500 }, (_, at) => hueOf(`name ${at}`)));
  const contrasts = [...hues].flatMap((hue) => {
    name.style.setProperty('--hue', hue);
    const text = light(shown(getComputedStyle(name).color));
    return grounds.map((ground) =>
      (Math.max(text, ground) + 0.05) / (Math.min(text, ground) + 0.05));
  });
  return [hues.size, Math.min(...contrasts), hueOf('Mara') === hueOf('MARA')];
}
"""


@asynccontextmanager
async def chatting(
    browser: Browser, site: Site, crowd: FakeCrowd, name: str | None = None, **options: Any
) -> AsyncIterator[Watched]:
    """The audience page with this crowd; joined under `name` where one is given."""
    async with watch(browser, site, "/live/nova", stand_in=crowd.stand_in, **options) as live:
        await live.until(lambda seen: seen["crowd"]["phase"] == "joined")
        if name is not None:
            await live.page.fill("#chat-name", name)
            await live.page.keyboard.press("Enter")
            await live.page.wait_for_selector("#chat-text")
        yield live


async def say(live: Watched, text: str) -> None:
    await live.page.fill("#chat-text", text)
    await live.page.keyboard.press("Enter")


async def said(live: Watched) -> list[str]:
    """What everybody sees, without what the pointer brings up."""
    await live.page.mouse.move(0, 0)
    await live.page.wait_for_selector(".said-actions", state="detached")
    texts = await live.page.locator(".said[data-pending=false]").all_inner_texts()
    return [" ".join(text.split()) for text in texts]


async def test_who_joins_sees_what_was_said_with_names_emotes_and_replies(
    browser: Browser, site: Site
):
    crowd = FakeCrowd()
    first = crowd.message("Mara", "temazo 👩🏽‍🎤 :fire: total")  # a figure of several code points
    quote = {"message": first, "name": "Mara", "text": "temazo"}
    crowd.message("Nova", "gracias", role="dj", reply=quote)
    crowd.message("Vera", "hola", role="moderator")
    async with chatting(browser, site, crowd) as live:
        await live.shows(".said", "hola")
        messages = await said(live)
        assert messages[0].startswith("Mara: temazo 👩🏽‍🎤") and messages[0].endswith("total")
        picture = live.page.locator(".said").first.locator("img")
        assert await picture.get_attribute("alt") == ":fire:"
        assert await picture.evaluate("(each) => each.naturalWidth > 0")
        assert "Mara temazo DJ Nova: gracias" in messages[1]
        assert messages[2] == "Mod Vera: hola"  # told in words, not by colour alone
        log = live.page.locator(".log")
        assert await log.get_attribute("role") == "log"
        assert await log.get_attribute("aria-live") == "polite"


async def test_nothing_that_is_said_becomes_markup(browser: Browser, site: Site):
    crowd = FakeCrowd()
    for attack in ATTACKS:
        crowd.message(attack[:30], attack, reply={"message": "m0", "name": attack, "text": attack})
    crowd.emotes = [{"name": "evil", "src": "javascript:window.pwned=1", "label_key": "x"}]
    async with chatting(browser, site, crowd, "Olmo") as live:
        for attack in ATTACKS:
            await live.shows(".said", attack.split(":fire:")[0].strip())
        await say(live, ATTACKS[1])
        await live.shows(".said:last-child", "onerror")
        assert await live.page.evaluate("window.pwned") is None
        assert await live.page.locator(".log script, .log img:not(.emote)").count() == 0


async def test_nothing_is_kept_of_who_only_reads(browser: Browser, site: Site):
    crowd = FakeCrowd()
    crowd.message("Mara", "hola")
    async with chatting(browser, site, crowd) as live:
        await live.shows(".said", "hola")
        assert await live.page.evaluate("Object.keys(localStorage)") == []
        assert crowd.heard[0][1]["visitor"] is None
        assert await live.page.locator('.composer a[href="/privacy"]').is_visible()


async def test_a_name_is_taken_once_and_everybody_sees_what_is_said(browser: Browser, site: Site):
    crowd = FakeCrowd(taken={"Nova": "name_taken"})
    async with chatting(browser, site, crowd) as other, chatting(browser, site, crowd) as live:
        await live.page.fill("#chat-name", "Nova")
        await live.page.keyboard.press("Enter")
        await live.shows(".composer-status", "Pick another")
        assert await live.page.get_attribute("#chat-name", "aria-invalid") == "true"
        await live.page.fill("#chat-name", "Olmo")
        await live.page.keyboard.press("Enter")
        await live.page.wait_for_selector("#chat-text")
        await say(live, "hola :fire:")
        for page in (live, other):
            await page.shows(".said[data-pending=false]", "Olmo: hola")
        assert await live.page.input_value("#chat-text") == ""
        assert await live.page.locator(".said[data-mine=true] img").count() == 1
        secret = await live.page.evaluate("localStorage.getItem('djuv.visitor')")
        assert re.fullmatch("[0-9a-f]{32}", secret)
        await live.page.reload()
        await live.page.wait_for_selector("#chat-text")  # remembered
        assert crowd.heard[-1] == (
            "join",
            {"visitor": secret, "name": "Olmo", "credential": None, "epoch": None, "seq": 0},
        )


async def test_a_message_waits_visibly_until_the_server_has_spoken(browser: Browser, site: Site):
    crowd = FakeCrowd(deaf={"say"})
    async with chatting(browser, site, crowd, "Olmo") as live:
        await say(live, "hola")
        await live.shows(".said[data-pending=true]", "Olmo: hola")
        assert await live.page.locator(".said[data-pending=false]").count() == 0


async def test_a_broken_line_loses_nothing_and_doubles_nothing(browser: Browser, site: Site):
    crowd = FakeCrowd()
    crowd.message("Mara", "uno")
    async with chatting(browser, site, crowd, "Olmo") as live:
        await live.shows(".said", "uno")
        crowd.deaf = {"say"}  # heard, but the answer is lost with the line
        await say(live, "dos")
        await live.page.wait_for_selector(".said[data-pending=true]")
        key = next(d["key"] for kind, d in reversed(crowd.heard) if kind == "say")
        await crowd.break_lines()
        await live.until(lambda seen: seen["crowd"]["phase"] == "connecting")
        await say(live, "tres")  # written while there is no line
        crowd.deaf = set()
        crowd.message("Mara", "cuatro")
        await live.shows(".said[data-pending=false]", "tres")
        await live.page.wait_for_selector(".said[data-pending=true]", state="detached")
        assert sorted(await said(live)) == ["Mara: cuatro", "Mara: uno", "Olmo: dos", "Olmo: tres"]
        keys = [d["key"] for kind, d in crowd.heard if kind == "say"]
        assert keys.count(key) == 2 and len(set(keys)) == 2
        join = next(d for kind, d in reversed(crowd.heard) if kind == "join")
        assert (join["epoch"], join["seq"]) == ("crowd-1", 1)


async def test_what_a_moderator_takes_away_is_gone_at_once_and_from_quotes(
    browser: Browser, site: Site
):
    crowd = FakeCrowd()
    bad = crowd.message("Rufo", "algo feo")
    crowd.message("Mara", "eh", reply={"message": bad, "name": "Rufo", "text": "algo feo"})
    async with chatting(browser, site, crowd, "Olmo") as live:
        await say(live, "mío")
        await live.shows(".said[data-mine=true]", "mío")
        crowd.remove(bad)
        await live.page.wait_for_selector(f'[data-id="{bad}"]', state="detached")
        assert "algo feo" not in await live.text(".log")
        await live.shows(".said-quote", "taken away")
        mine = await live.page.locator(".said[data-mine=true]").get_attribute("data-id")
        crowd.remove(str(mine))
        await live.shows(".outcome", "A moderator took your message away")
        await live.page.click(".outcome .said-action")
        await live.page.wait_for_selector(".outcome", state="detached")


async def test_held_messages_say_so_and_show_once_they_are_approved(browser: Browser, site: Site):
    crowd = FakeCrowd(outcomes={"payaso": HELD, "tonto": HELD})
    async with chatting(browser, site, crowd, "Olmo") as live:
        await say(live, "payaso")
        await say(live, "tonto")
        await live.shows('.outcome[data-is="held"]', "a moderator looks at it")
        first, second = (answer["message"] for answer in list(crowd.answers.values()))
        crowd.publish(
            "chat",
            {
                "kind": "message",
                "id": first,
                "user": "visitor",
                "name": "Olmo",
                "role": "viewer",
                "text": "payaso",
                "emotes": [],
                "reply": None,
                "sent_unix_ms": SENT_UNIX_MS,
            },
        )
        await live.shows(".said", "payaso")
        assert await live.page.locator(".outcome").count() == 1
        crowd.publish("chat", {"kind": "removed", "messages": [second], "code": "denied"})
        await live.shows('.outcome[data-is="refused"]', "it is not shown")


async def test_refused_messages_say_why_and_can_be_appealed_once(browser: Browser, site: Site):
    crowd = FakeCrowd(outcomes={"eres un payaso": deleted("insult")})
    async with chatting(browser, site, crowd, "Olmo") as live:
        await say(live, "eres un payaso")
        await live.shows(".outcome", "it reads as an insult")
        await live.page.click("text=Ask a moderator to look")
        await live.shows('.outcome[data-is="held"]', "A moderator looks at it again")
        key = next(iter(crowd.answers))
        assert crowd.heard[-1] == ("appeal", {"key": key})
        # Granted: it appears, and asking once more tells that it is the one that was appealed.
        shown = crowd.message(
            "Olmo", "eres un payaso", user=next(iter(crowd.members.values()))["user"]
        )
        crowd.answers[key] |= ALLOWED | {"message": shown}
        crowd.message("Olmo", "gracias", user=next(iter(crowd.members.values()))["user"])
        await live.page.wait_for_selector(".outcome", state="detached")


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (deleted("links"), "links to this site are not allowed"),
        (deleted("flood"), "too much of the same"),
        (deleted("never_heard_of"), "Your message is not shown"),
    ],
)
async def test_every_refusal_has_plain_words(
    browser: Browser, site: Site, outcome: dict[str, Any], words: str
):
    crowd = FakeCrowd(outcomes={"x": outcome})
    async with chatting(browser, site, crowd, "Olmo") as live:
        await say(live, "x")
        await live.shows(".outcome", words)


async def test_slow_mode_counts_down_and_the_message_can_be_sent_again(
    browser: Browser, site: Site
):
    crowd = FakeCrowd(outcomes={"ya": deleted("slow_mode", may_appeal=False, wait=2.0)})
    async with chatting(browser, site, crowd, "Olmo") as live:
        crowd.change_rules(slow_seconds=2.0)
        await live.shows(".composer-status", "one message every 2 s")
        await say(live, "ya")
        await live.shows(".outcome", "slow mode is on")
        await live.shows(".composer-status", "write again in")
        assert await live.page.get_attribute(".composer-send", "aria-disabled") == "true"
        crowd.outcomes.clear()
        await live.page.click("text=/^Send again$/", timeout=10_000)
        await live.shows(".said", "Olmo: ya")
        await live.shows(".composer-status", "write again in")  # one's own message counts


async def test_who_is_timed_out_is_told_for_how_long_and_when_it_is_over(
    browser: Browser, site: Site
):
    crowd = FakeCrowd()
    async with chatting(browser, site, crowd, "Olmo") as live:
        user = next(iter(crowd.members.values()))["user"]
        crowd.publish("chat", {"kind": "timed_out", "user": "somebody-else", "seconds": 600.0})
        crowd.publish("chat", {"kind": "timed_out", "user": user, "seconds": 125.0})
        await live.shows(".composer-status", "You cannot write for another 2:0")
        assert await live.page.is_disabled("#chat-text")
        crowd.publish("chat", {"kind": "timed_out", "user": user, "seconds": 0.0})
        await live.shows(".composer-status", "You are Olmo")
        assert await live.page.is_enabled("#chat-text")


async def test_emotes_only_is_said_and_the_picker_writes_emotes(browser: Browser, site: Site):
    crowd = FakeCrowd()
    crowd.emotes = [
        {"name": "nova_logo", "src": "/static/icon.svg", "label_key": "emote.nova_logo"},
        {"name": "elsewhere", "src": "https://elsewhere.invalid/x.png", "label_key": "x"},
    ]
    async with chatting(browser, site, crowd, "Olmo") as live:
        crowd.change_rules(emotes_only=True)
        await live.shows(".composer-status", "Only emotes")
        await live.page.click(".picker-opener")
        await live.page.click('.picker-emote[title=":fire:"]')
        await live.page.click('.picker-emote[title=":nova_logo:"]')
        assert await live.page.locator('.picker-emote[title=":elsewhere:"]').count() == 0
        assert await live.page.input_value("#chat-text") == ":fire: :nova_logo: "
        await live.page.keyboard.press("Escape")
        await live.page.wait_for_selector(".picker", state="detached")
        await live.page.keyboard.press("Enter")
        await live.page.wait_for_selector(".said[data-pending=false] img >> nth=1")


async def test_a_message_has_500_characters_counted_as_people_do(browser: Browser, site: Site):
    async with chatting(browser, site, FakeCrowd(), "Olmo") as live:
        await live.page.fill("#chat-text", "👾" * 450)
        await live.shows(".composer-count", "450/500")
        await live.page.fill("#chat-text", "👾" * 501)
        await live.page.keyboard.press("Enter")
        assert await live.page.get_attribute("#chat-text", "aria-invalid") == "true"
        assert await live.page.locator(".said").count() == 0


async def test_a_server_without_a_chat_just_now_is_said_and_comes_back(
    browser: Browser, site: Site
):
    crowd = FakeCrowd(deaf={"join"})
    async with watch(browser, site, "/live/nova", stand_in=crowd.stand_in) as live:
        await live.shows(".composer-status", "Connecting to the chat")
        await live.shows(".composer-status", "The chat is away just now")
        crowd.deaf = set()
        await live.page.wait_for_selector("#chat-name", timeout=15_000)


@pytest.mark.parametrize("code", ["chat_disabled", "crowd_elsewhere"])
async def test_a_server_that_has_no_chat_at_all_says_so_once(
    browser: Browser, site: Site, code: str
):
    crowd = FakeCrowd(closed=code)
    async with watch(browser, site, "/live/nova", stand_in=crowd.stand_in) as live:
        await live.shows(".composer-status", "There is no chat on this server")
        await live.page.wait_for_timeout(2_500)  # longer than the first wait before asking again
        assert len(crowd.heard) == 1


async def test_two_hundred_messages_are_kept_and_drawn(browser: Browser, site: Site):
    crowd = FakeCrowd()
    for number in range(150):
        crowd.message("Mara", f"antes {number}")
    async with chatting(browser, site, crowd) as live:
        for number in range(120):
            crowd.message("Luis", f"ahora {number}")
        await live.shows(".said", "ahora 119")
        assert await live.page.locator(".said").count() == 200
        assert (await live.diagnostics())["crowd"]["messages"] == 200
        assert (await said(live))[0] == "Mara: antes 70"


async def test_it_follows_the_newest_unless_somebody_reads_further_up(browser: Browser, site: Site):
    crowd = FakeCrowd()
    for number in range(60):
        crowd.message("Mara", f"antes {number}")
    at_bottom = """
    (() => { const log = document.querySelector('.log');
      return log.scrollHeight - log.scrollTop - log.clientHeight < 4; })()
    """
    async with chatting(browser, site, crowd) as live:
        await live.shows(".said", "antes 59")
        assert await live.page.evaluate(at_bottom)
        await live.page.hover(".log")
        await live.page.mouse.wheel(0, -600)
        await live.page.wait_for_timeout(300)
        for number in range(3):
            crowd.message("Luis", f"ahora {number}")
        await live.shows(".log-newer", "3 new messages")
        assert not await live.page.evaluate(at_bottom)
        await live.page.click(".log-newer")
        await live.page.wait_for_selector(".log-newer", state="detached")
        assert await live.page.evaluate(at_bottom)
        crowd.message("Luis", "último")
        await live.shows(".said", "último")
        assert await live.page.evaluate(at_bottom)


async def test_replies_quote_and_are_pointed_out_to_who_is_answered(browser: Browser, site: Site):
    crowd = FakeCrowd()
    async with (
        chatting(browser, site, crowd, "Olmo") as live,
        chatting(browser, site, crowd, "Mara") as other,
    ):
        await say(live, "¿qué tema es?")
        await other.shows(".said", "¿qué tema es?")
        await other.page.hover(".said")
        await other.page.click('.said-action[aria-label="Reply to Olmo"]')
        await other.shows(".composer-reply", "Reply to Olmo")
        await say(other, "ni idea")
        await live.shows('.said[data-to-me="true"]', "ni idea")
        assert "¿qué tema es?" in await live.text(".said-quote")
        assert await other.page.locator(".composer-reply").count() == 0


async def test_the_keyboard_walks_through_the_messages(browser: Browser, site: Site):
    crowd = FakeCrowd()
    for text in ("uno", "dos", "tres"):
        crowd.message("Mara", text)
    async with chatting(browser, site, crowd, "Olmo") as live:
        await live.page.focus(".log")
        for _ in range(2):
            await live.page.keyboard.press("ArrowUp")
        assert "dos" in await live.page.evaluate("document.activeElement.innerText")
        await live.page.keyboard.press("r")
        await live.shows(".composer-reply", "dos")
        assert await live.page.evaluate("document.activeElement.id") == "chat-text"


async def test_a_new_order_of_the_crowd_clears_the_old_one(browser: Browser, site: Site):
    crowd = FakeCrowd()
    crowd.message("Mara", "de antes")
    async with chatting(browser, site, crowd, "Olmo") as live:
        await live.shows(".said", "de antes")
        crowd.begin_anew()
        crowd.message("Mara", "de ahora")
        await crowd.break_lines()
        await live.shows(".said", "de ahora")
        assert await said(live) == ["Mara: de ahora"]


async def test_what_got_lost_on_the_way_is_asked_for(browser: Browser, site: Site):
    crowd = FakeCrowd()
    crowd.message("Mara", "uno")
    async with chatting(browser, site, crowd) as live:
        await live.shows(".said", "uno")
        lines, crowd.lines = crowd.lines, []
        crowd.message("Mara", "dos")  # nobody is told
        crowd.lines = lines
        crowd.message("Mara", "tres")
        await live.shows(".said", "tres")
        assert await said(live) == ["Mara: uno", "Mara: dos", "Mara: tres"]
        assert crowd.heard[-1][1]["seq"] == 1


async def test_names_are_told_apart_with_good_contrast(browser: Browser, site: Site):
    crowd = FakeCrowd()
    crowd.message("Mara", "hola")
    for theme in ("dark", "light"):
        async with chatting(browser, site, crowd, color_scheme=theme) as live:
            await live.page.wait_for_selector(".said-name")
            hues, least, stable = await live.page.evaluate(CONTRASTS)
            assert hues >= 12 and stable
            assert least >= 4.5, theme


async def test_nothing_moves_when_the_crowd_speaks_up(browser: Browser, site: Site):
    crowd = FakeCrowd()
    async with chatting(browser, site, crowd, "Olmo") as live:
        await live.page.evaluate("document.fonts.ready")
        await live.page.wait_for_timeout(400)
        before = await live.page.evaluate("window.shifts")
        crowd.pulse(None, reason="too_few", top_emotes=[], chatters=1)
        await live.shows(".pulse", "Too few people")
        crowd.pulse(81.0, reactions={"fire": 12, "heart": 3, "hands": 0, "wow": 0, "boo": 1})
        await live.shows(".pulse-value", "81")
        for number in range(40):
            crowd.message("Mara", f"hola :fire: {number}")
        await live.shows(".said", "39")
        await live.page.wait_for_timeout(300)
        assert await live.page.evaluate("window.shifts") - before < 0.01


async def test_the_languages_differ_in_words_alone(browser: Browser, site: Site):
    crowd = FakeCrowd(outcomes={"x": HELD})
    async with chatting(browser, site, crowd, "Olmo", locale="es-ES") as live:
        await say(live, "x")
        await live.shows(".outcome", "antes de que salga lo mira un moderador")
        await live.page.click('button[lang="en"]')
        await live.shows(".outcome", "a moderator looks at it")


async def test_key_c_opens_the_chat(browser: Browser, site: Site):
    async with chatting(browser, site, FakeCrowd(), "Olmo") as live:
        await live.beside("findings")
        await live.page.focus("#main")
        await live.page.keyboard.press("c")
        await live.page.wait_for_selector("#chat-text")
        await live.page.wait_for_function("document.activeElement.id === 'chat-text'")
        await live.page.keyboard.type("c")  # now it is a letter
        assert await live.page.input_value("#chat-text") == "c"


async def test_unread_messages_are_counted_on_the_tab(browser: Browser, site: Site):
    crowd = FakeCrowd()
    crowd.message("Mara", "leído")
    async with chatting(browser, site, crowd) as live:
        await live.shows(".said", "leído")
        await live.beside("moments")
        crowd.message("Mara", "uno")
        crowd.message("Mara", "dos")
        await live.shows("#tab-chat .count", "2")
        await live.beside("chat")
        await live.page.wait_for_selector("#tab-chat .count", state="detached")


async def test_on_a_phone_the_chat_is_a_sheet_from_below(browser: Browser, site: Site):
    crowd = FakeCrowd()
    crowd.message("Mara", "hola :fire:")
    async with chatting(browser, site, crowd, **PHONE) as live:
        await live.shows(".sheet-bar", "Mara hola")
        assert await live.page.evaluate("document.documentElement.scrollWidth") <= 390
        assert await live.page.locator(".findings").count() == 1  # in the page, below
        await live.page.tap(".sheet-bar")
        await live.shows(".sheet .said", "hola")
        await live.page.wait_for_timeout(400)  # it slides
        box = await live.page.locator(".sheet").bounding_box()
        assert box is not None and box["y"] + box["height"] == 844 and box["y"] > 100
        await live.page.fill("#chat-name", "Olmo")
        await live.page.keyboard.press("Enter")
        await live.page.wait_for_selector("#chat-text")
        await say(live, "desde el móvil")
        await live.shows(".said", "desde el móvil")
        await live.page.tap(".said >> nth=0")
        await live.page.tap('.said-action[aria-label="Reply to Mara"]')
        await live.page.wait_for_selector(".composer-reply")
        await live.page.keyboard.press("Escape")  # first the reply, then the sheet
        await live.page.keyboard.press("Escape")
        await live.page.wait_for_selector(".sheet", state="detached")
        await live.page.wait_for_function("document.activeElement.className === 'sheet-bar'")
        crowd.message("Mara", "nuevo")
        await live.shows(".sheet-bar .count", "1")


async def test_it_stays_quick_while_a_hundred_messages_a_second_come(browser: Browser, site: Site):
    crowd = FakeCrowd()
    longest = """
    () => { window.longest = 0; new PerformanceObserver((list) => { for (const each of
      list.getEntries()) window.longest = Math.max(window.longest, each.duration); })
      .observe({ type: 'longtask' }); }
    """
    async with chatting(browser, site, crowd) as live:
        await live.page.evaluate(longest)
        for second in range(3):
            for number in range(100):
                crowd.message("Mara", f"{second}.{number} :fire:")
            await asyncio.sleep(0.5)
        await live.shows(".said", "2.99")
        assert await live.page.locator(".said").count() == 200
        assert await live.page.evaluate("window.longest") < 600  # two slow cores may be busy
