"""What the pages are made of: budgets, licences, words."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from pathlib import Path

import pytest

from web.pages import STATIC_FOLDER

VENDOR = STATIC_FOLDER / "vendor"
MANIFEST = json.loads((VENDOR / "MANIFEST.json").read_text())
BUDGET_BYTES = 120_000
OURS = sorted(
    [*STATIC_FOLDER.glob("js/**/*.js"), *STATIC_FOLDER.glob("*.css"), *STATIC_FOLDER.glob("*.html")]
)
WORDS = {
    language: json.loads((STATIC_FOLDER / f"locales/pages.{language}.json").read_text())
    for language in ("en", "es")
}
EVERY_WORD = {
    key for path in STATIC_FOLDER.glob("locales/*.en.json") for key in json.loads(path.read_text())
}

IMPORT = re.compile(r'(?:from|import)\s*\(?\s*"(\.[^"]+)"')
DYNAMIC = {"opus-decoder-0.7.12.js"}
"""Fetched only by browsers that decode no Opus themselves."""


def modules_of(entry: Path) -> set[Path]:
    """`entry` and everything that it imports."""
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
            if target.name not in DYNAMIC:
                waiting.append(target)
    return found


@pytest.mark.parametrize("page", ["home", "live", "studio"])
def test_a_page_stays_within_its_budget(page: str):
    files = modules_of(STATIC_FOLDER / f"js/{page}/main.js")
    if page == "live":
        files |= modules_of(STATIC_FOLDER / "js/audio/player-worklet.js")
    files |= {STATIC_FOLDER / name for name in (f"{page}.html", "js/boot.js", "icon.svg")}
    files |= {STATIC_FOLDER / name for name in ("tokens.css", "base.css", f"{page}.css")}
    for language in ("en", "es"):  # a Spanish page loads both: English is what it falls back to
        files |= {
            STATIC_FOLDER / f"locales/{name}.{language}.json"
            for name in ("pages", "judge", "stream")
        }
    files.add(VENDOR / "inter-5.3.0.woff2")
    size = sum(
        len(path.read_bytes())
        if path.suffix == ".woff2"
        else len(gzip.compress(path.read_bytes(), 9))
        for path in files
    )
    assert size < BUDGET_BYTES


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
            assert key in EVERY_WORD, f"{path.name} asks for {key}"


def test_no_text_is_left_over():
    source = "\n".join(path.read_text() for path in STATIC_FOLDER.glob("js/**/*.js"))
    families = set(re.findall(r"`([a-z_]+\.[a-z_.]*)\$\{", source))
    for key in WORDS["en"]:
        named = f'"{key}"' in source
        assert named or any(key.startswith(family) for family in families), f"nobody says {key}"
