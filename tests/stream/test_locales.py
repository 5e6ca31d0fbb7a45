import json
import re
from pathlib import Path
from string import Formatter

ROOT = Path(__file__).parents[2]
OTHERS = {"stream/files.py"}  # speaks through the command line, whose words lie elsewhere
EMITTED = re.compile(r'(?:code=|_unusable\()"([a-z_]+)"')
REASONS = re.compile(
    r'(?:return "|reason=|_enter\(Phase\.[A-Z]+, |_end\(\w+, |_end\(one, |_failure = )"?([a-z_]+)"'
)


def texts(language):
    names = ("stream", "reasons")
    paths = [ROOT / f"web/static/locales/{name}.{language}.json" for name in names]
    return {
        key: text
        for path in paths
        for key, text in json.loads(path.read_text(encoding="utf-8")).items()
    }


def sources():
    files = [*sorted((ROOT / "stream").glob("*.py")), ROOT / "web/whip.py"]
    return [one.read_text() for one in files if str(one.relative_to(ROOT)) not in OTHERS]


def test_every_code_has_its_words():
    codes = {code for source in sources() for code in EMITTED.findall(source)}
    assert {"no_opus", "too_many_sets", "wrong_content_type"} <= codes
    assert {f"error.{code}" for code in codes} <= texts("en").keys()


def test_every_reason_has_its_words():
    session = (ROOT / "stream/session.py").read_text() + (ROOT / "stream/sessions.py").read_text()
    reasons = set(REASONS.findall(session))
    assert {"grace_over", "connection_lost", "replaced", "server_stopping", "internal"} <= reasons
    assert {f"reason.{reason}" for reason in reasons} <= texts("en").keys()


def test_both_languages_say_the_same_things():
    english, spanish = texts("en"), texts("es")
    assert list(english) == list(spanish)
    for key, text in english.items():
        assert fields(text) == fields(spanish[key]), key


def fields(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name}
