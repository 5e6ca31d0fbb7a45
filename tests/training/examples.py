"""Sets that are made up: their truth can be read off their features, so it can be learnt."""

from __future__ import annotations

import numpy as np

from judge.evidence import EVIDENCE_FEATURES
from judge.hindsight import NOTE_FEATURES
from judge.specification import LAG_HOPS, PARTS
from training.dataset import Example
from training.features import Features
from training.renders import Truth
from training.simulator.labels import Course

HOPS = 60
HEARD_HOPS = 6


def example(
    seed: int, hops: int = HOPS, spans: tuple[tuple[int, int], ...] = ((8, 18),)
) -> Example:
    """Return a set with transitions at `spans`."""
    rng = np.random.default_rng(seed)
    course = _course(rng, hops, spans)
    truth = Truth(
        course=course,
        set_labels=np.full((hops, 4), 0.5, np.float32),
        spans=np.array(spans, np.int64).reshape(-1, 2),
        bpm=np.full(hops, 125.0, np.float32),
        key=np.zeros(hops, np.int64),
        genre="house",
    )
    return Example(truth, _features(rng, course, hops))


def _course(rng: np.random.Generator, hops: int, spans) -> Course:
    newest, age = np.full(hops, -1, np.int64), np.zeros(hops, np.int64)
    active = np.zeros(hops, np.bool_)
    for row, (start, end) in enumerate(spans):
        active[start : end + 1] = True
        heard = start + HEARD_HOPS
        newest[heard:] = row
        age[heard:] = np.arange(heard, hops) - end
    drive = np.repeat(rng.uniform(0, 1, hops // 10 + 1), 10)[:hops]
    return Course(
        newest=newest,
        age_hops=age,
        active=active,
        parts=rng.uniform(0, 1, (len(spans), PARTS)),
        measures=rng.normal(0, 1, (len(spans), 5)),
        kind=rng.integers(0, 9, len(spans)),
        levels=np.stack((drive, drive)),
        section=(drive > 0.5).astype(np.int64) * 3,
        techniques=rng.uniform(0, 1, (hops, 7)) < 0.1,
        windows=np.stack((drive, 1 - drive), axis=1),
    )


def _features(rng: np.random.Generator, course: Course, hops: int) -> Features:
    shown = np.zeros((hops, EVIDENCE_FEATURES))
    known = course.newest >= 0
    shown[known, :PARTS] = course.parts[course.newest[known]]
    shown[:, 10] = course.levels[0]
    shown[LAG_HOPS:, 11] = course.active[: hops - LAG_HOPS]
    level = np.repeat(course.levels[0], 25)[:, None]
    log_mel = level + rng.normal(0, 0.1, (25 * hops, 128))
    mfcc = np.tile(10 * course.levels[0][:, None], (1, 13))
    return Features(
        log_mel=log_mel.astype(np.float16),
        evidence=(shown + rng.normal(0, 0.02, shown.shape)).astype(np.float16),
        notes=np.zeros((hops, NOTE_FEATURES), np.float32),
        mfcc=mfcc.astype(np.float32),
        basic=np.full((hops, 3), 0.6, np.float32),
        heard_bpm=np.full(hops, 125.0, np.float32),
        heard_key=np.zeros(hops, np.int64),
    )
