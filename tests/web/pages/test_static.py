"""What the pages are made of: budgets, licences, words, pictures."""

from __future__ import annotations

import hashlib
import json
import re
from functools import cache
from pathlib import Path

import pytest

from core.show import LONGEST_TEXT
from visuals.catalogue import PALETTES, SCENES
from web.pages import STATIC_FOLDER, StaticLibrary

VENDOR = STATIC_FOLDER / "vendor"
MANIFEST = json.loads((VENDOR / "MANIFEST.json").read_text())
BUDGET_BYTES = 120_000
LATER_BYTES = 10_000
"""What one part may take that is fetched when somebody asks for it."""

SCENE_BYTES = 6_000

PAGES = ("home", "live", "screen", "studio", "moderate", "vj", "privacy")
WORDLESS = "screen"
"""Says nothing but what the VJ wrote."""

OURS = sorted(
    [*STATIC_FOLDER.glob("js/**/*.js"), *STATIC_FOLDER.glob("*.css"), *STATIC_FOLDER.glob("*.html")]
)
LANGUAGES = ("en", "es")
TEXTS = "pages home help visuals studio chat door moderate vj privacy".split()
"""Whose words nobody but the pages uses."""

WORDS = {
    language: {
        key: text
        for name in TEXTS
        for key, text in json.loads(
            (STATIC_FOLDER / f"locales/{name}.{language}.json").read_text()
        ).items()
    }
    for language in LANGUAGES
}
EVERY_WORD = {
    key for path in STATIC_FOLDER.glob("locales/*.en.json") for key in json.loads(path.read_text())
}

IMPORT = re.compile(r'(?:from|import) ?"(\.[^"]+)"')
IMPORT_LATER = re.compile(r'\bimport\(\s*"(\.[^"]+)"\s*\)')
STYLE = re.compile(r'<link rel="stylesheet" href="/static/([^"]+)">')
LOADED_TEXTS = re.compile(r"loadTexts\(\[([^\]]+)\]\)")
EMOTES = (
    "fire heart hands wow boo dance drop vinyl headphones laugh cry sleepy clap rocket train eyes"
    " salute hundred party alien"
).split()


def modules_of(entry: Path) -> set[Path]:
    """`entry` and everything that it imports before it runs."""
    found: set[Path] = set()
    waiting = [entry]
    while waiting:
        module = waiting.pop()
        if module in found:
            continue
        found.add(module)
        for name in IMPORT.findall(module.read_text()):
            target = (module.parent / name).resolve()
            assert target.is_file(), f"{module} imports {name}"
            waiting.append(target)
    return found


def parts_of(entry: Path) -> set[Path]:
    """The modules that `entry`'s page fetches when somebody asks for them."""
    parts: set[Path] = set()
    for module in modules_of(entry):
        for name in IMPORT_LATER.findall(module.read_text()):
            target = (module.parent / name).resolve()
            assert target.is_file(), f"{module} imports {name}"
            parts.add(target)
    return parts


@cache
def library() -> StaticLibrary:
    return StaticLibrary()


def sent_bytes(path: Path | str) -> int:
    """What a browser receives of a file."""
    name = path if isinstance(path, str) else path.relative_to(STATIC_FOLDER).as_posix()
    found = library().find(name)
    assert found is not None, name
    asset, _ = found
    return len(asset.compressed or asset.body)


def texts_of(page: str) -> list[str]:
    main = (STATIC_FOLDER / f"js/{page}/main.js").read_text()
    named = LOADED_TEXTS.search(main)
    assert (named is None) == (page == WORDLESS)
    if named is None:
        return []
    return re.findall(r'"(\w+)"', named[1])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", PAGES)
def test_a_page_stays_within_its_budget(page: str, language: str):
    files: set[Path | str] = set(modules_of(STATIC_FOLDER / f"js/{page}/main.js"))
    if page in ("live", "screen"):
        files |= modules_of(STATIC_FOLDER / "js/audio/player-worklet.js")
    files |= {f"{page}.html", "js/boot.js", "icon.svg", "vendor/inter-5.3.0.woff2"}
    files |= set(STYLE.findall((STATIC_FOLDER / f"{page}.html").read_text()))
    files |= {f"locales/{name}.{language}.json" for name in texts_of(page)}
    assert sum(map(sent_bytes, files)) < BUDGET_BYTES


@pytest.mark.parametrize("page", PAGES)
def test_what_is_fetched_later_is_small(page: str):
    entry = STATIC_FOLDER / f"js/{page}/main.js"
    there = modules_of(entry)
    for part in parts_of(entry):
        if part.parent != VENDOR:
            source = part.read_text()
            files: set[Path | str] = set(modules_of(part) - there)
            files |= set(re.findall(r'new URL\("../../(\w+\.css)"', source))
            for named in re.findall(r"addTexts\(\[([^\]]+)\]\)", source):
                files |= {f"locales/{name}.es.json" for name in re.findall(r'"(\w+)"', named)}
            assert sum(map(sent_bytes, files)) < LATER_BYTES, part


def test_the_show_s_part_is_counted_with_its_sheet_and_its_words():
    source = (STATIC_FOLDER / "js/visuals/part.js").read_text()
    assert 'new URL("../../visuals.css"' in source and 'addTexts(["visuals"])' in source


def test_the_vj_s_page_names_what_the_server_can_show():
    source = (STATIC_FOLDER / "js/vj/catalogue.js").read_text()
    listed = {
        name: tuple(re.findall(r'"(\w+)"', body))
        for name, body in re.findall(r"(\w+) = \[(.*?)\]", source, re.DOTALL)
    }
    assert listed == {"SCENES": SCENES, "PALETTES": PALETTES}
    assert f"TEXT_MOST = {LONGEST_TEXT};" in source
    swatches = (STATIC_FOLDER / "scenes/palettes.css").read_text()
    for palette in PALETTES:
        assert f"palette.{palette}" in WORDS["en"] and f".palette-{palette} {{" in swatches
    for scene in SCENES:
        assert f"scene.{scene}" in WORDS["en"]
        assert (STATIC_FOLDER / f"scenes/{scene}.webp").stat().st_size <= SCENE_BYTES
    assert len(list(STATIC_FOLDER.glob("scenes/*.webp"))) == len(SCENES)


def test_pages_load_no_text_twice_and_only_texts_there_are():
    for page in PAGES:
        names = texts_of(page)
        assert len(names) == len(set(names))
        for name in names:
            assert (STATIC_FOLDER / f"locales/{name}.en.json").is_file()


@pytest.mark.parametrize("path", [each for each in OURS if each.suffix != ".html"], ids=str)
def test_only_comments_are_taken_out_and_lines_keep_their_numbers(path: Path):
    found = library().find(path.relative_to(STATIC_FOLDER).as_posix())
    assert found is not None
    sent = found[0].body.decode().split("\n")
    written = path.read_text().split("\n")
    assert len(sent) == len(written)
    inside = False
    for before, after in zip(written, sent, strict=True):
        inside = inside or before.lstrip().startswith("/*")
        if after != before and after.strip():  # a remark behind code
            code, _, remark = before.partition(" // ")
            assert after == code.rstrip() and code.rstrip()[-1] in ";,{[("
            assert not set("\"'`") & set(remark)
        elif after != before:
            assert after == ""
            assert inside or before.lstrip().startswith("//")
        elif before.strip():
            assert not before.lstrip().startswith("//")
        inside = inside and not before.rstrip().endswith("*/")


@pytest.mark.parametrize("name", EMOTES)
def test_every_starter_emote_is_a_small_plain_picture(name: str):
    path = STATIC_FOLDER / f"emotes/{name}.svg"
    assert path.stat().st_size <= 1_500
    text = path.read_text()
    assert 'viewBox="0 0 64 64"' in text
    tags = set(re.findall(r"<(\w+)", text))
    assert tags <= {"svg", "g", "path", "circle", "ellipse", "rect", "use"}


def test_the_starter_emotes_are_those_that_the_pages_know():
    assert {path.stem for path in STATIC_FOLDER.glob("emotes/*")} == set(EMOTES)
    source = (STATIC_FOLDER / "js/chat/emotes.js").read_text()
    listed = re.search(r"STARTER = \[(.*?)\]", source, re.DOTALL)
    assert listed is not None
    assert re.findall(r'"(\w+)"', listed[1]) == EMOTES
    assert all(f"emote.{name}" in WORDS["en"] for name in EMOTES)


@pytest.mark.parametrize("entry", MANIFEST["files"], ids=lambda entry: entry["file"])
def test_vendored_files_are_what_the_manifest_says(entry: dict[str, object]):
    body = (VENDOR / str(entry["file"])).read_bytes()
    assert hashlib.sha256(body).hexdigest() == entry["sha256"]
    assert len(body) == entry["bytes"]
    assert (VENDOR / str(entry["licence_file"])).stat().st_size > 500
    replaced = entry.get("replaced")
    if isinstance(replaced, dict):  # undone, it is the upstream file byte for byte
        for before, after in replaced.items():
            assert body.count(after.encode()) == 1
            body = body.replace(after.encode(), before.encode())
        assert hashlib.sha256(body).hexdigest() == entry["upstream_sha256"]


def test_every_vendored_file_is_in_the_manifest():
    names = {
        path.name for path in VENDOR.iterdir() if path.is_file() and not path.name.startswith(".")
    }
    assert names - {"MANIFEST.json"} == {entry["file"] for entry in MANIFEST["files"]}


def test_our_files_name_no_other_host():
    for path in OURS:
        hosts = set(re.findall(r"(?:https?|wss?)://([\w.]+)", path.read_text()))
        assert hosts <= {"www.w3.org"}, path


def test_our_modules_stay_small():
    for path in STATIC_FOLDER.glob("js/**/*.js"):
        assert len(path.read_text().splitlines()) <= 320, path


def test_both_languages_say_the_same_things():
    assert list(WORDS["en"]) == list(WORDS["es"])
    for key, english in WORDS["en"].items():
        spanish = WORDS["es"][key]
        assert english.strip() and spanish.strip()
        assert set(re.findall(r"\{(\w+)", english)) == set(re.findall(r"\{(\w+)", spanish)), key


def test_every_text_the_pages_ask_for_exists():
    for path in STATIC_FOLDER.glob("js/**/*.js"):
        for key in re.findall(r'\bt\("([a-z_.0-9]+)"', path.read_text()):
            counted = f"{key}.other"
            assert key in EVERY_WORD or counted in EVERY_WORD, f"{path.name} asks for {key}"


def test_no_text_is_left_over():
    source = "\n".join(path.read_text() for path in STATIC_FOLDER.glob("js/**/*.js"))
    families = set(re.findall(r"`([a-z_]+\.[a-z_.]*)\$\{", source))
    for key in WORDS["en"]:
        named = f'"{key.removesuffix(".one").removesuffix(".other")}"' in source
        assert named or any(key.startswith(family) for family in families), f"nobody says {key}"
