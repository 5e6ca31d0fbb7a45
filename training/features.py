"""What a server would make of a set's sound, hop by hop: the features that the network gets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.messages import AudioHop, SessionInfo
from judge.listening import Listener
from judge.listening.camelot import key_name
from judge.mel.scipy_mel import ScipyMel
from judge.readings import Heard
from judge.scoring import SetScorer
from judge.session import JudgeSession
from judge.specification import BASIC_FEATURES, BPM_SCALE
from stream.files import open_mix

UNKNOWN: Final = -1
KEY_NUMBERS: Final = {key_name(key): key for key in range(24)}


@dataclass(frozen=True, slots=True)
class Features:
    """Features of N hops of one set.

    Attributes
    ----------
    log_mel
        Shape (25 N, 128), float16.
    evidence, notes
        Shapes (N, 572), float16, and (N, 175): what the network and what hindsight gets.
    mfcc
        Shape (N, 13), the mean over the window that ends with each hop.
    basic
        Shape (N, 3): bpm / 200, energy, danceability; 0 where not known.
    heard_bpm, heard_key
        Shape (N,): what the listener said; 0 and -1 where it did not know.
    """

    log_mel: NDArray[np.float16]
    evidence: NDArray[np.float16]
    notes: NDArray[np.float32]
    mfcc: NDArray[np.float32]
    basic: NDArray[np.float32]
    heard_bpm: NDArray[np.float32]
    heard_key: NDArray[np.int64]


def features_of(path: Path, hops: int) -> Features:
    """Listen to a file as a server would, and keep what the network gets."""
    info = SessionInfo(path.stem, "training", "", 0.0)
    session = JudgeSession(info, Listener(info), SetScorer(info))
    mel = ScipyMel()
    rows: list[tuple[NDArray[np.float32], ...]] = []
    heard_all: list[Heard] = []
    for hop in _hops(path, hops):
        accepted = session.accept(hop)
        spectra = session.take_mel(mel.log_mel(session.mel_samples[None])[0])
        heard = session.hear(accepted, spectra)
        heard_all.append(heard)
        rows.append(
            (
                spectra.log_mel,
                session.evidence,
                session.note,
                session.head_mfcc(),
                basic_features(heard),
            )
        )
    log_mel, evidence, notes, mfcc, basic = zip(*rows, strict=True)
    return Features(
        log_mel=np.concatenate(log_mel).astype(np.float16),
        evidence=np.array(evidence).astype(np.float16),
        notes=np.array(notes, np.float32),
        mfcc=np.array(mfcc, np.float32),
        basic=np.array(basic, np.float32),
        heard_bpm=np.array([_bpm(heard) for heard in heard_all], np.float32),
        heard_key=np.array([_key(heard) for heard in heard_all], np.int64),
    )


def _hops(path: Path, hops: int) -> Iterator[AudioHop]:
    for index, hop in enumerate(open_mix(path).hops()):
        if index == hops:
            return
        yield hop


def basic_features(heard: Heard) -> NDArray[np.float32]:
    """Return tempo, energy and danceability as the network wants them."""
    basic = np.zeros(BASIC_FEATURES, dtype=np.float32)
    basic[0] = _bpm(heard) / BPM_SCALE
    basic[1] = heard.energy or 0.0
    basic[2] = heard.danceability or 0.0
    return basic


def _bpm(heard: Heard) -> float:
    return float(heard.bpm.value) if isinstance(heard.bpm.value, float) else 0.0


def _key(heard: Heard) -> int:
    name = heard.key.value
    return UNKNOWN if not isinstance(name, str) else KEY_NUMBERS[name]


def save_features(features: Features, path: Path) -> None:
    """Write features; not compressed, since reading them is what training waits for."""
    temporary = path.with_suffix(".part.npz")
    np.savez(temporary, **{f.name: getattr(features, f.name) for f in fields(Features)})
    temporary.replace(path)


def load_features(path: Path) -> Features:
    """Read features."""
    with np.load(path) as arrays:
        return Features(**{field.name: arrays[field.name] for field in fields(Features)})
