"""E-mail addresses and telephone numbers wait for a moderator; a club's other numbers do not."""

from __future__ import annotations

import pytest

from core.crowd import Action, Axis, ChatRules, Role
from sentiment.moderation import Member, Moderator
from sentiment.moderation.personal import EMAIL, PHONE, personal_data
from sentiment.moderation.verdict import Verdict
from sentiment.text import fold

EMAILS = (
    "write to ana.lopez@example.com", "ana@correo.es", "my mail: dj_luz99@gmail.com!!",
    "ana (at) gmail.com", "ana[at]example[.]org", "ana arroba gmail punto com",
    "ana at gmail dot com", "escríbeme a ana en hotmail punto com", "ＡＮＡ＠ｇｍａｉｌ．ｃｏｍ",
    "ana @ gmail . com",
)  # fmt: skip
PHONES = (
    "612 345 678", "llámame 612345678", "mi número es 6 1 2 3 4 5 6 7 9", "912345679",
    "+34 612 34 56 78", "+34612345678", "0034 612 345 678", "555-123-4567", "(555) 123-4567",
    "call me 555 123 4567", "whatsapp: 11 5234 8765", "my number 5551234", "+44 20 7946 0958",
    "６１２ ３４５ ６７８", "612-345-678", "6.1.2.3.4.5.6.7.9", "wsp +52 1 55 1234 5678",
)  # fmt: skip
HARMLESS = (
    "see you at 22:30", "doors 23:00-06:00", "tickets 1.299,00 €", "15€ / 20€", "$12.50", "4x4",
    "128.5 bpm", "from 120 to 128 to 174", "the 909 and the 303", "TR-808 TB-303 SH-101",
    "track 07 of 23", "40.4168, -3.7038", "40.416775 -3.703790", "2026-11-29 22:00", "29/11/2026",
    "1987654321", "1234567890", "987654321", "1000000", "1 000 000 views", "612.345.678 views",
    "900 000 000", "666666666", "+1 +1 +1", "+1000000000", "100% 100% 100%", "jajajaja 10/10",
    "ISRC ES1234567890123456", "7 8 9 10", "3 2 1 go", "1 2 3 4 5 6 7 8", "192.168.0.1:8000",
    "room 612, floor 3", "@djluz @ana", "hola @ana.luz", "meet me at soundcloud.com", "at that",
    "listen at soundcloud dot com", "en directo", "60fps 1920x1080", "0:00 0:30", "w@w", "20 26",
)  # fmt: skip


def judged(text: str, rules: ChatRules | None = None, role: Role = Role.VIEWER) -> Verdict:
    return Moderator().judge(fold(text), None, Member(role), rules or ChatRules(), 0.0)


@pytest.mark.parametrize("text", EMAILS)
def test_emails_wait(text: str) -> None:
    assert personal_data(fold(text)) == EMAIL
    verdict = judged(text)
    assert verdict.action is Action.HOLD and EMAIL in verdict.reasons


@pytest.mark.parametrize("text", PHONES)
def test_telephone_numbers_wait(text: str) -> None:
    assert personal_data(fold(text)) == PHONE
    verdict = judged(text)
    assert verdict.action is Action.HOLD and PHONE in verdict.reasons


@pytest.mark.parametrize("text", HARMLESS)
def test_a_clubs_other_numbers_pass(text: str) -> None:
    assert personal_data(fold(text)) is None


def test_where_links_are_deleted_the_author_learns_why_and_it_is_no_offence() -> None:
    strict = ChatRules(levels=ChatRules().levels | {Axis.LINKS.value: 3})
    member = Member()
    for _ in range(3):
        verdict = Moderator().judge(fold("mail me: ana@example.com"), None, member, strict, 0.0)
        assert (verdict.action, verdict.code) == (Action.DELETE, "personal")
        assert verdict.weight == 0


def test_where_links_are_not_looked_at_they_pass() -> None:
    off = ChatRules(levels=ChatRules().levels | {Axis.LINKS.value: 0})
    assert judged("mail me: ana@example.com", off).action is Action.ALLOW
    assert judged("mail me: ana@example.com", role=Role.DJ).action is Action.ALLOW
