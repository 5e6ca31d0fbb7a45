"""Names that people choose."""

import pytest

from sentiment.moderation.names import CHARACTERS_MOST, Names, fit_name, name_key


@pytest.mark.parametrize(
    "name",
    [
        "DJ Nova", "ana", "Ñoño", "María José", "El Puto Amo", "gay_raver", "Lesbiana99", "Negrita",
        "日本", "КИНО", "Modular", "Kike", "Scunthorpe", "killer bass", "Año Nuevo", "o'brien",
    ],
)  # fmt: skip
def test_fit_names(name: str) -> None:
    assert fit_name(name).shown == name


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "too_short"), ("x", "too_short"), ("🔥🔥", "unreadable"), ("--__--a1", "unreadable"),
        ("a" * (CHARACTERS_MOST + 1), "too_long"), ("example.com", "unreadable"),
        ("Admin", "impersonation"), ("4dm1n", "impersonation"), ("Mоderator", "impersonation"),
        ("KillYourSelf", "offensive"), ("kill_yourself99", "offensive"),
        ("k1ll-yourself", "offensive"),
        ("hijo_de_puta", "offensive"), ("xXkillyourselfXx", "offensive"), ("Imbécil", "offensive"),
    ],
)  # fmt: skip
def test_unfit_names(name: str, reason: str) -> None:
    fitted = fit_name(name)
    assert (fitted.shown, fitted.reason) == (None, reason)


def test_a_name_is_shown_without_what_cannot_be_seen() -> None:
    assert fit_name("  A\u200bna \u202e ").shown == "Ana"


def test_nobody_looks_like_somebody_else() -> None:
    taken = {name_key("DJ Nova")}
    for name in ("dj nova", "DJ_N0va", "D.J. Nova", "ＤＪ Ｎｏｖａ", "DJ Noovа", "dj-n\u0301ova"):
        assert fit_name(name, taken).reason == "impersonation", name
    assert fit_name("DJ Novak", taken).shown == "DJ Novak"


def test_names_as_one_thing() -> None:
    names = Names()
    assert names.fit("Ana") == "Ana"
    assert names.fit("admin") is None
    assert names.key("ANA") == names.key("ana")
