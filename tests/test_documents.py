"""What the documents promise exists: links, pictures, make targets."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted(
    path
    for folder in (
        ROOT,
        ROOT / "docs",
        ROOT / "docs" / "decisions",
        ROOT / "judge" / "models",
        ROOT / "sentiment" / "models",
    )
    for path in folder.glob("*.md")
)
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


def test_there_are_documents() -> None:
    assert {"README.md", "CHANGELOG.md", "architecture.md", "protocol.md", "MODEL_CARD.md"} <= {
        path.name for path in DOCUMENTS
    }


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    targets = [
        t for t in LINK.findall(document.read_text()) if not t.startswith(("http", "mailto"))
    ]
    assert not [target for target in targets if not (document.parent / target).exists()]


def test_the_readme_names_real_make_targets() -> None:
    named = set(re.findall(r"^make (\w+)", (ROOT / "README.md").read_text(), re.MULTILINE))
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert named
    assert named <= targets
