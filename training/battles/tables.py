"""The data set's tables: participants with the source guide's columns, and the panel."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as arrow
from pyarrow import parquet

from core.messages import Component, Genre
from judge.panels import FACETS
from training.battles.participants import Participant
from training.panel import Score, TrueSet, convene, draw_pool, write_panel
from training.simulator.randomness import stream

PARTICIPANTS: Final = "participants.parquet"
PANEL: Final = "panel.parquet"

_TEXT, _NUMBER = arrow.string(), arrow.float64()
_SCORES: Final = arrow.struct(
    [("judge_id", _TEXT), ("order", arrow.int32()), *((facet, _NUMBER) for facet in FACETS)]
)
_MIXED: Final = arrow.struct(
    [
        ("start_time", _NUMBER),
        ("duration", _NUMBER),
        ("beat_match_accuracy", _NUMBER),
        ("harmonic_compatibility", _NUMBER),
        ("transition_smoothness", _NUMBER),
    ]
)
_SCHEMA: Final = arrow.schema(
    [
        ("battle_id", _TEXT),
        ("participant_id", _TEXT),
        ("genre", _TEXT),
        ("audio_url", _TEXT),
        (
            "mixing_data",
            arrow.struct(
                [
                    ("transitions", arrow.list_(_MIXED)),
                    ("overall_beat_matching", _NUMBER),
                    ("creative_techniques", arrow.list_(_TEXT)),
                ]
            ),
        ),
        ("human_scores", arrow.list_(_SCORES)),
        ("avg_human_score", _NUMBER),
        *((f"true_{facet}", _NUMBER) for facet in FACETS),
        ("duration_seconds", _NUMBER),
        ("nuisances", arrow.list_(_TEXT)),
        ("seed", arrow.int64()),
        ("split", _TEXT),
        ("audio_sha256", _TEXT),
    ]
)


def write_tables(participants: Sequence[Participant], seed: int, directory: Path) -> None:
    """Let a panel score all participants, and write both tables into `directory`."""
    scores = judged(participants, seed)
    write_panel(scores, directory / PANEL)
    said: dict[str, list[Score]] = defaultdict(list)
    for score in scores:
        said[score.participant_id].append(score)
    rows = [_row(each, said[each.participant_id]) for each in participants]
    temporary = directory / f"{PARTICIPANTS}.part"
    parquet.write_table(arrow.Table.from_pylist(rows, schema=_SCHEMA), temporary)
    temporary.replace(directory / PARTICIPANTS)


def judged(participants: Sequence[Participant], seed: int) -> list[Score]:
    """Return what a panel says of the participants."""
    rng = stream(seed, "panel")
    sets = [
        TrueSet(
            each.battle_id,
            each.participant_id,
            Genre(each.genre),
            np.array(each.true_values[: len(Component)], dtype=np.float64),
        )
        for each in participants
    ]
    return convene(rng, draw_pool(rng), sets)


def _row(each: Participant, scores: Sequence[Score]) -> Mapping[str, Any]:
    overall = [score.said["overall"] for score in scores]
    return {
        "battle_id": each.battle_id,
        "participant_id": each.participant_id,
        "genre": each.genre,
        "audio_url": each.audio_url,
        "mixing_data": {
            "transitions": [
                {name: getattr(mixed, name) for name in mixed.__slots__}
                for mixed in each.transitions
            ],
            "overall_beat_matching": each.overall_beat_matching,
            "creative_techniques": list(each.creative_techniques),
        },
        "human_scores": [
            {"judge_id": score.judge_id, "order": score.order, **score.said} for score in scores
        ],
        "avg_human_score": float(np.mean([value for value in overall if value is not None])),
        **{f"true_{facet}": value for facet, value in zip(FACETS, each.true_values, strict=True)},
        "duration_seconds": each.duration_seconds,
        "nuisances": list(each.nuisances),
        "seed": each.seed,
        "split": each.split,
        "audio_sha256": each.audio_sha256,
    }
