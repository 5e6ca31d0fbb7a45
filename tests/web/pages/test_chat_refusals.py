"""The chat of the audience page: what is not shown, and how people are told."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Browser

from tests.web.pages.chatting import chatting, say
from tests.web.pages.crowding import ALLOWED, HELD, SENT_UNIX_MS, FakeCrowd, deleted
from tests.web.pages.serving import Site
from tests.web.pages.watching import watch

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


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
