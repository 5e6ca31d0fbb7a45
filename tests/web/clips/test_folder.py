"""Clips on the disk: whole or not at all, and only where clips belong."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from core.errors import NotFound
from tests.web.clips.made import NOW, contents, made
from web.clips.facts import ID_FORMAT, new_id
from web.clips.folder import ClipFolder, WritingAbandoned
from web.clips.sweeping import DAY_SECONDS, LEFTOVER_SECONDS, ClipSweeper

HOSTILE = (
    "", ".", "..", "../../etc/passwd", "..%2f..%2fetc%2fpasswd", "a" * 21, "a" * 23,
    "/" + "a" * 21, "a" * 20 + "/.", "a" * 21 + ".", "a" * 21 + "\0", "a" * 21 + "\n",
    "a" * 21 + "é", "a" * 10 + "/../" + "a" * 8, "\\" * 22, "a" * 22 + "\n",
)  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> ClipFolder:
    return ClipFolder(tmp_path / "clips")


def kept(folder: ClipFolder, created: float = NOW) -> str:
    facts, sound = made(created=created)
    folder.write(facts, sound)
    return facts.id


def test_ids_are_random_and_names_of_files():
    ids = {new_id() for _ in range(100)}
    assert len(ids) == 100
    assert all(ID_FORMAT.fullmatch(clip) for clip in ids)


def test_a_clip_comes_back(folder: ClipFolder):
    facts, sound = made()
    folder.write(facts, sound)
    assert folder.facts(facts.id) == facts
    path, about = folder.sound(facts.id)
    assert path.read_bytes() == sound
    assert about.st_size == len(sound)
    assert sorted(contents(folder.path)) == [f"{facts.id}.json", f"{facts.id}.ogg"]


@pytest.mark.parametrize("clip", HOSTILE)
def test_no_id_leads_out_of_the_folder(folder: ClipFolder, clip: str):
    kept(folder)
    before = contents(folder.path)
    for ask in (folder.facts, folder.sound, folder.delete):
        with pytest.raises(NotFound) as refused:
            ask(clip)
        assert refused.value.slug == "clip_not_found"
    assert contents(folder.path) == before


def test_a_deleted_clip_is_gone(folder: ClipFolder):
    clip, other = kept(folder), kept(folder)
    folder.delete(clip)
    for ask in (folder.facts, folder.sound):
        with pytest.raises(NotFound):
            ask(clip)
    assert sorted(contents(folder.path)) == [f"{other}.json", f"{other}.ogg"]
    folder.delete(clip)  # once more is no harm


def test_damaged_facts_are_no_clip(folder: ClipFolder):
    clip = kept(folder)
    (folder.path / f"{clip}.json").write_bytes(b"{")
    with pytest.raises(NotFound):
        folder.facts(clip)


@pytest.mark.parametrize("failing", [1, 2])
def test_a_disk_that_fills_up_while_writing_leaves_nothing(
    folder: ClipFolder, monkeypatch: pytest.MonkeyPatch, failing: int
):
    """The first piece written is the sound, the second the facts."""
    before = contents(folder.path)
    synced = []

    def full(descriptor: int) -> None:
        synced.append(descriptor)
        if len(synced) == failing:
            raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr(os, "fsync", full)
    facts, sound = made()
    with pytest.raises(OSError, match="no space left"):
        folder.write(facts, sound)
    assert len(synced) == failing
    assert contents(folder.path) == before
    with pytest.raises(NotFound):
        folder.sound(facts.id)


def test_too_little_free_space_writes_nothing(tmp_path: Path):
    folder = ClipFolder(tmp_path / "clips", least_free_bytes=1 << 60)
    with pytest.raises(OSError) as refused:
        folder.write(*made())
    assert refused.value.errno == errno.ENOSPC
    assert not folder.path.exists()


def test_a_clip_that_nobody_waits_for_is_not_kept(folder: ClipFolder):
    with pytest.raises(WritingAbandoned):
        folder.write(*made(), lambda: True)
    assert contents(folder.path) == {}


def test_clips_older_than_their_days_go(folder: ClipFolder):
    old = kept(folder, NOW - 30 * DAY_SECONDS - 1)
    young = kept(folder, NOW - 30 * DAY_SECONDS + 1)
    sweeper = ClipSweeper(folder, days=30, most_bytes=1 << 40)
    swept = sweeper.sweep(NOW)
    assert swept.deleted == (old,)
    assert swept.kept_bytes == sum(path.stat().st_size for path in folder.path.glob("*"))
    assert folder.facts(young)
    assert sweeper.sweep(NOW + 2).deleted == (young,)
    assert sweeper.sweep(NOW + 2).kept_bytes == 0


def test_for_ever_is_for_ever(folder: ClipFolder):
    kept(folder, created=0.0)
    assert ClipSweeper(folder, days=0, most_bytes=1 << 40).sweep(NOW).deleted == ()


def test_beyond_the_bound_the_oldest_go_and_the_new_one_stays(folder: ClipFolder):
    third, first, second = (kept(folder, NOW + age) for age in (3, 1, 2))
    size = sum(path.stat().st_size for path in folder.path.glob(f"{third}.*"))
    swept = ClipSweeper(folder, days=30, most_bytes=2 * size + size // 2).sweep(NOW)
    assert swept.deleted == (first,)
    swept = ClipSweeper(folder, days=30, most_bytes=1).sweep(NOW, keep=second)
    assert swept.deleted == (third,)
    assert swept.kept_bytes == pytest.approx(size, rel=0.01)


def test_only_clips_are_swept(folder: ClipFolder):
    clip = kept(folder, created=0.0)
    strange = ("notes.txt", "x.ogg", f"{clip}.ogg.bak", f"{clip}.wav")
    for name in strange:
        (folder.path / name).write_text("mine")
    (folder.path / ("d" * 22 + ".txt")).mkdir()
    assert ClipSweeper(folder, days=1, most_bytes=1).sweep(NOW).deleted == (clip,)
    assert {path.name for path in folder.path.glob("*")} == {*strange, "d" * 22 + ".txt"}


def test_what_a_crash_left_behind_is_cleared_after_a_while(folder: ClipFolder):
    clip = kept(folder)
    left = [folder.path / ("e" * 22 + suffix) for suffix in (".ogg", ".ogg.part", ".json.part")]
    for path in left:
        path.write_bytes(b"half")
        os.utime(path, (NOW, NOW))
    sweeper = ClipSweeper(folder, days=30, most_bytes=1 << 40)
    sweeper.sweep(NOW + LEFTOVER_SECONDS - 1)
    assert all(path.exists() for path in left)
    sweeper.sweep(NOW + LEFTOVER_SECONDS + 1)
    assert not any(path.exists() for path in left)
    assert folder.facts(clip)


def test_a_folder_that_is_not_there_is_swept_too(folder: ClipFolder):
    assert ClipSweeper(folder, days=30, most_bytes=1).sweep(NOW).kept_bytes == 0


def test_a_damaged_clip_goes_by_its_files_date(folder: ClipFolder):
    clip = kept(folder)
    facts = folder.path / f"{clip}.json"
    facts.write_bytes(b"{")
    os.utime(facts, (NOW - 31 * DAY_SECONDS,) * 2)
    assert ClipSweeper(folder, days=30, most_bytes=1 << 40).sweep(NOW).deleted == (clip,)
