from __future__ import annotations

import itertools
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from core.errors import ConfigurationInvalid
from core.media import HOP_SAMPLES, HOPS_PER_WINDOW
from core.messages import AudioHop, Beat, Fault, Score, SessionInfo
from inference.files import ModelFiles
from inference.model import Model
from inference.placement import Placement
from inference.sessions import load
from judge.engine import Engine
from judge.evidence import EVIDENCE_FEATURES
from judge.listening import Listener
from judge.mel.scipy_mel import ScipyMel
from judge.mel.specification import CONTEXT_SAMPLES, SLICE_SAMPLES, mfcc_basis
from judge.networks import PARTS, SHIPPED, Networks
from judge.readings import ANALYSIS_HOP_SAMPLES, FRAMES_PER_HOP, MEL_BANDS, Heard, HopSpectra
from judge.resampling import Decimator
from judge.scoring import SetScorer
from judge.session import JudgeSession
from judge.specification import (
    BASIC_FEATURES,
    COLUMN_STRIDE,
    HOP_TRUNK_FRAMES,
    STATE_FEATURES,
    TRANSITION_FEATURES,
    TRANSITIONS,
    WINDOW_MODEL_FRAMES,
    columns_known,
    settings,
)
from judge.turn import Judged
from tests.judge.calibration.fitted import STRICTER_POINTS, calibration, calibration_file
from tests.judge.music import hops, info, mix
from training.simulator.rendering import SetRenderer

MUSIC = mix(24.0)
WHOLE_WINDOW = {
    "log_mel": (WINDOW_MODEL_FRAMES, MEL_BANDS),
    "evidence": (EVIDENCE_FEATURES,),
    "mfcc": (13,),
    "basic": (BASIC_FEATURES,),
    "transitions": (TRANSITIONS, TRANSITION_FEATURES),
    "state": (STATE_FEATURES,),
}


@pytest.fixture(scope="module")
def networks() -> Networks:
    return Networks.load(providers=["CPUExecutionProvider"])


@pytest.fixture
def engine(networks: Networks) -> Engine:
    return Engine(networks)


def scores(judged: Sequence[Judged]) -> list[Score]:
    return [message for one in judged for message, _ in one.messages if isinstance(message, Score)]


def play(engine: Engine, hop_list: Sequence[AudioHop]) -> list[Judged]:
    session = engine.open(info())
    return [engine.advance([(session, hop)])[0] for hop in hop_list]


class OpinionKeeper(SetScorer):
    """A scorer that remembers the model's opinions and the inputs known to it."""

    def __init__(self, session_info: SessionInfo) -> None:
        super().__init__(session_info)
        self.opinions: dict[int, NDArray[np.float32]] = {}
        self.basics: dict[int, NDArray[np.float32]] = {}
        self.transitions: dict[int, NDArray[np.float32]] = {}

    def score(self, hop, heard, opinion, *rest):
        if opinion is not None:
            self.opinions[hop.index] = np.concatenate((opinion.outputs, opinion.deviations))
            self.basics[hop.index] = np.array(
                [(heard.bpm.value or 0) / 200, heard.energy or 0, heard.danceability or 0],
                np.float32,
            )
            self.transitions[hop.index] = self.transition_features()
        return super().score(hop, heard, opinion, *rest)


@pytest.fixture(scope="module")
def whole_window() -> Model:
    return load(ModelFiles(SHIPPED), "judge", Placement(), settings(), WHOLE_WINDOW)


def whole_mel(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return all frames of a set, computed without hops' state."""
    mono = np.concatenate((np.zeros(CONTEXT_SAMPLES, np.float32), Decimator().process(samples)))
    mel = ScipyMel()
    return np.concatenate(
        [
            mel.log_mel(mono[None, start : start + SLICE_SAMPLES])[0]
            for start in range(0, len(mono) - SLICE_SAMPLES + 1, ANALYSIS_HOP_SAMPLES)
        ]
    )


def rendered_set() -> NDArray[np.float32]:
    """Return 24 s of a simulated set around a transition."""
    renderer = SetRenderer(7, skip_transitions=1, lead_in_seconds=8.0)
    return np.concatenate(list(itertools.islice(renderer.blocks(), 48))).astype(np.float32)


@pytest.mark.parametrize("render", [lambda: MUSIC, rendered_set], ids=["mix", "simulated"])
def test_incremental_equals_the_whole_window_run(
    networks: Networks, whole_window: Model, render: Callable[[], NDArray[np.float32]]
) -> None:
    music = render()
    keepers: list[OpinionKeeper] = []

    def scoring(session_info: SessionInfo) -> OpinionKeeper:
        keepers.append(OpinionKeeper(session_info))
        return keepers[-1]

    engine = Engine(networks, scoring=scoring)
    session = engine.open(info())
    frames = whole_mel(music)
    transitions: dict[int, NDArray[np.float32]] = {}
    evidence: dict[int, NDArray[np.float32]] = {}
    states = {}
    for hop in hops(music):
        transitions[hop.index] = session.scoring.transition_features()
        states[hop.index] = session.state
        engine.advance([(session, hop)])
        evidence[hop.index] = session.evidence
    assert sorted(keepers[0].opinions) == list(range(48)), "every hop is read"
    for index in range(19, 48):  # every phase of the column grid
        opinion = keepers[0].opinions[index]
        known = (index + 1) * FRAMES_PER_HOP
        window = frames[known - 500 : known]
        end = columns_known(known) * COLUMN_STRIDE + 14
        whole = whole_window.run(
            {
                "log_mel": frames[None, end - WINDOW_MODEL_FRAMES : end],
                "evidence": evidence[index][None],
                "mfcc": (window @ mfcc_basis()).mean(axis=0)[None],
                "basic": keepers[0].basics[index][None],
                "transitions": transitions[index][None],
                "state": states[index][None],
            }
        )
        outputs, deviations, state = (each[0] for each in whole)
        assert np.abs(np.concatenate((outputs, deviations)) - opinion).max() < 1e-5, index
        if index + 1 in states:
            assert np.abs(state - states[index + 1]).max() < 1e-5, index


def test_only_the_new_hop_is_computed(networks: Networks) -> None:
    class Counting:
        def __init__(self, model: Model, name: str) -> None:
            self.specification = model.specification
            self.model, self.name, self.rows = model, name, []

        def run(self, inputs, batch_size=None):
            self.rows.append(inputs[self.name].shape)
            return self.model.run(inputs, batch_size)

    trunk = Counting(networks.trunk, "log_mel")
    mixing = Counting(networks.mixing, "transitions")
    play(Engine(replace(networks, trunk=trunk, mixing=mixing)), hops(MUSIC))
    assert trunk.rows == [(1, HOP_TRUNK_FRAMES, MEL_BANDS)] * 48
    assert len(mixing.rows) < 24, "only when the transitions change"


def test_a_score_does_not_depend_on_who_else_is_judged_with_it(engine: Engine) -> None:
    alone = play(engine, hops(MUSIC))
    subject = engine.open(info())
    together = []
    company = [
        (engine.open(info(f"other-{n}")), hops(mix(24.0, seed=n), f"other-{n}"))
        for n in range(1, 6)
    ]
    for index, hop in enumerate(hops(MUSIC)):
        others = [(session, theirs[index]) for session, theirs in company[: index % 6]]
        items = [*others, (subject, hop)] if index % 2 else [(subject, hop), *others]
        # Whoever is left out of a batch is judged in the next one.
        rest = [(session, theirs[index]) for session, theirs in company[index % 6 :]]
        results = engine.advance(items, batch_size=1) + (engine.advance(rest) if rest else [])
        together += [result for result in results if result.session == "set"]
    assert len(scores(alone)) == len(scores(together)) == 48 - 19
    assert [replace(s, batch_size=1) for s in scores(together)] == scores(alone)


@pytest.mark.parametrize("part", ["trunk", "head"])
def test_a_row_of_a_batch_equals_the_row_alone_to_the_bit(networks: Networks, part: str) -> None:
    rng = np.random.default_rng(9)
    model: Model = getattr(networks, part)
    shapes = {
        "trunk": {"log_mel": (HOP_TRUNK_FRAMES, MEL_BANDS)},
        "head": PARTS["head"],
    }[part]
    inputs = {
        name: rng.standard_normal((37, *shape)).astype(np.float32) for name, shape in shapes.items()
    }
    for rows in (2, 3, 7, 8, 16, 37):
        together = model.run({name: values[:rows] for name, values in inputs.items()})
        for row in range(rows):
            alone = model.run({name: values[row : row + 1] for name, values in inputs.items()})
            for output, expected in zip(together, alone, strict=True):
                assert np.array_equal(output[row], expected[0])


def test_replay_gives_the_same_bits(engine: Engine) -> None:
    assert play(engine, hops(MUSIC)) != []
    first, second = (scores(play(engine, hops(MUSIC))) for _ in range(2))
    assert first == second


def test_windows_begin_with_the_twentieth_hop(engine: Engine) -> None:
    judged = play(engine, hops(MUSIC)[:21])
    assert [one.reason for one in judged] == ["too_short"] * 19 + [None] * 2
    assert [score.window for score in scores(judged)] == [19, 20]
    assert scores(judged)[0].start_sample == 0
    assert scores(judged)[0].end_sample == HOPS_PER_WINDOW * HOP_SAMPLES
    assert any(isinstance(message, Beat) for one in judged for message, _ in one.messages)
    assert {position for message, position in judged[20].messages} == {21 * HOP_SAMPLES}


def test_a_window_past_its_deadline_is_skipped_and_the_next_one_is_whole(engine: Engine) -> None:
    expected = play(engine, hops(MUSIC))
    session = engine.open(info())
    judged = [
        engine.advance([(session, hop)], skip={0} if 30 <= hop.index < 33 else ())[0]
        for hop in hops(MUSIC)
    ]
    by_window = {score.window: score for score in scores(judged)}
    for window in (30, 31, 32):
        assert by_window[window].reason == "deadline"
        assert by_window[window].overall is None
        assert by_window[window].bpm.value is not None, "what was heard is still said"
    for reference in scores(expected):
        if reference.window not in (30, 31, 32):
            assert by_window[reference.window].components == reference.components


def test_a_lost_hop_leaves_windows_unscored_until_it_is_out(engine: Engine) -> None:
    music = hops(MUSIC)
    judged = play(engine, music[:22] + music[23:])
    by_window = {score.window: score.reason for score in scores(judged)}
    assert by_window == (
        dict.fromkeys((19, 20, 21))
        | dict.fromkeys(range(23, 42), "audio_missing")
        | dict.fromkeys(range(42, 48))
    )


class HeadInputs:
    """A head that remembers what it was asked and what it answered."""

    def __init__(self, model: Model) -> None:
        self.specification = model.specification
        self.model = model
        self.asked: list[dict[str, NDArray[np.float32]]] = []
        self.answered: list[tuple[NDArray[np.float32], ...]] = []

    def run(self, inputs, batch_size=None):
        self.asked.append(dict(inputs))
        self.answered.append(self.model.run(inputs, batch_size))
        return self.answered[-1]


def test_after_a_lost_hop_whole_windows_are_the_usual_ones(networks: Networks) -> None:
    complete, broken = HeadInputs(networks.head), HeadInputs(networks.head)
    music = hops(MUSIC)
    play(Engine(replace(networks, head=complete)), music)
    play(Engine(replace(networks, head=broken)), music[:22] + music[23:])
    for window in range(42, 48):
        # The first frame reaches 23 ms back into the gap, and the filter a little less.
        tolerance = 1e-2 if window == 42 else 1e-5
        for name in ("columns", "mfcc"):
            usual, after = complete.asked[window][name], broken.asked[window - 1][name]
            assert np.abs(after - usual).max() < tolerance * max(1.0, np.abs(usual).max())


def test_what_is_remembered_of_a_set_survives_a_gap(networks: Networks) -> None:
    head = HeadInputs(networks.head)
    music = hops(MUSIC)
    play(Engine(replace(networks, head=head)), music[:22] + music[30:])
    assert len(head.asked) == 40
    assert not head.asked[0]["state"].any(), "nothing is known at first"
    for asked, before in zip(head.asked[1:], head.answered, strict=False):
        assert np.array_equal(asked["state"], before[2])
    assert all(np.isfinite(state).all() for *_, state in head.answered)


def test_two_sets_never_share_what_is_remembered(engine: Engine) -> None:
    one, other = engine.open(info("one")), engine.open(info("other"))
    for mine, theirs in zip(hops(MUSIC)[:10], hops(mix(24.0, seed=5)), strict=False):
        engine.advance([(one, mine), (other, replace(theirs, session="other"))])
    alone = engine.open(info("one"))
    for mine in hops(MUSIC)[:10]:
        engine.advance([(alone, mine)])
    assert np.array_equal(alone.state, one.state)
    assert not np.array_equal(one.state, other.state)


class Failing(Listener):
    """A listener that fails on some hops."""

    def __init__(self, session_info: SessionInfo, bad: set[int]) -> None:
        super().__init__(session_info)
        self._bad = bad if session_info.session == "bad" else set()

    def hear(self, hop: AudioHop, spectra: HopSpectra) -> Heard:
        if hop.index in self._bad:
            raise RuntimeError("the listener broke")
        return super().hear(hop, spectra)


def test_a_fault_in_one_set_is_its_own(networks: Networks) -> None:
    engine = Engine(networks, hearing=lambda of: Failing(of, {25, 26}))
    expected = scores(play(Engine(networks), hops(MUSIC)))
    good, bad = engine.open(info("set")), engine.open(info("bad"))
    results: dict[str, list[Judged]] = {"set": [], "bad": []}
    for mine, theirs in zip(hops(MUSIC), hops(MUSIC, "bad"), strict=True):
        for judged in engine.advance([(bad, theirs), (good, mine)]):
            results[judged.session].append(judged)
    assert [replace(s, batch_size=1) for s in scores(results["set"])] == expected
    reasons = {score.window: score.reason for score in scores(results["bad"])}
    assert [window for window, reason in reasons.items() if reason == "judge_failed"] == [25, 26]
    assert reasons[27] is None, "its sound was kept, so it goes on at once"
    faults = [
        message
        for judged in results["bad"]
        for message, _ in judged.messages
        if isinstance(message, Fault)
    ]
    assert [fault.details["window"] for fault in faults] == [25], "said once, not twice a second"


def test_an_error_of_the_model_is_survived(networks: Networks) -> None:
    class Breaking:
        def __init__(self, model: Model) -> None:
            self.specification = model.specification
            self.model, self.runs = model, 0

        def run(self, inputs, batch_size=None):
            self.runs += 1
            if self.runs == 23:
                raise RuntimeError("the device fell off the bus")
            return self.model.run(inputs, batch_size)

    judged = play(Engine(replace(networks, trunk=Breaking(networks.trunk))), hops(MUSIC))
    reasons = {score.window: score.reason for score in scores(judged)}
    assert reasons[21] is None
    assert reasons[22] == "judge_failed"
    assert {reasons[window] for window in range(23, 42)} == {"audio_missing"}
    assert reasons[42] is None
    sizes = {score.window: score.batch_size for score in scores(judged)}
    assert {window for window, size in sizes.items() if size == 0} == {22}, "the hop was lost"


def test_an_opinion_that_is_no_number_is_none(networks: Networks) -> None:
    class Dividing:
        def __init__(self, model: Model) -> None:
            self.specification = model.specification
            self.model = model
            self.runs = 0

        def run(self, inputs, batch_size=None):
            self.runs += 1
            *said, state = self.model.run(inputs, batch_size)
            return (*said, state * np.nan if self.runs == 22 else state)

    engine = Engine(replace(networks, head=Dividing(networks.head)))
    session = engine.open(info())
    judged, states = [], []
    for hop in hops(MUSIC):
        judged += engine.advance([(session, hop)])
        states.append(session.state)
    reasons = {score.window: score.reason for score in scores(judged)}
    assert [window for window, reason in reasons.items() if reason] == [21]
    assert reasons[21] == "judge_failed"
    assert np.array_equal(states[21], states[20]), "else it would be remembered for ever"
    assert not np.array_equal(states[22], states[21])
    assert all(
        np.isfinite(estimate.value)
        for score in scores(judged)
        for estimate in score.set_components.values()
        if estimate is not None
    )


def test_the_number_of_threads_changes_no_bit() -> None:
    script = (
        "import hashlib\n"
        "from judge.engine import Engine\n"
        "from tests.judge.music import hops, info, mix\n"
        "engine = Engine.load(providers=['CPUExecutionProvider'])\n"
        "session = engine.open(info())\n"
        "said = [engine.advance([(session, hop)])[0].messages for hop in hops(mix(14.0))]\n"
        "print(hashlib.sha256(repr(said).encode()).hexdigest())\n"
    )
    digests = set()
    for threads in ("1", "4"):
        limits = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), threads)
        finished = subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, **limits, "PYTHONHASHSEED": threads},
            capture_output=True,
            text=True,
            check=True,
            timeout=60.0,
        )
        digests.add(finished.stdout.splitlines()[-1])
    assert len(digests) == 1


def test_a_hop_that_cannot_be_used_is_refused_alone(engine: Engine) -> None:
    session = engine.open(info())
    music = hops(MUSIC)
    for hop in music[:21]:
        engine.advance([(session, hop)])
    again = engine.advance([(session, music[20])])[0]
    assert again.reason == "judge_failed"
    after = engine.advance([(session, music[21])])[0]
    assert after.reason is None


def test_a_set_twice_in_a_batch_is_refused(engine: Engine) -> None:
    session: JudgeSession = engine.open(info())
    first, second = hops(MUSIC)[:2]
    with pytest.raises(ValueError, match="one hop of a set"):
        engine.advance([(session, first), (session, second)])


def test_the_batch_size_is_recorded_for_the_replay(engine: Engine) -> None:
    session = engine.open(info())
    for hop in hops(MUSIC)[:20]:
        judged = engine.advance([(session, hop)], batch_size=8)[0]
    assert judged.batch_size == 8
    assert scores([judged])[0].batch_size == 8


def test_stages_end_one_after_the_other(engine: Engine) -> None:
    judged = play(engine, hops(MUSIC)[:1])[0]
    assert list(judged.stage_ends) == [
        "queue", "resample", "mel", "trunk", "listen", "head", "score",
    ]  # fmt: skip
    ends = list(judged.stage_ends.values())
    assert ends == sorted(ends)


def test_what_was_heard_goes_to_the_cache(engine: Engine) -> None:
    features = play(engine, hops(MUSIC)[:16])[-1].features
    assert features["bpm"] == pytest.approx(124.0, abs=1.0)
    assert {f"mfcc_{n}" for n in range(13)} < set(features)
    assert isinstance(features["integrated_lufs"], float)


def test_a_calibration_is_used_and_named(networks: Networks, tmp_path: Path) -> None:
    sha256 = networks.identity.sha256
    path = calibration_file(tmp_path, sha256)
    engine = Engine.load(providers=["CPUExecutionProvider"], calibration=path)
    assert engine.identity == replace(networks.identity, calibration=calibration(sha256).version)
    moved = scores(play(engine, hops(MUSIC)[:24]))[-1]
    plain = scores(play(Engine(networks), hops(MUSIC)[:24]))[-1]
    for component, estimate in plain.components.items():
        if estimate is not None:
            expected = max(estimate.value - STRICTER_POINTS, 1.0)
            assert moved.components[component].value == pytest.approx(expected)


def test_a_calibration_for_another_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationInvalid, match="fitted for the model") as refused:
        Engine.load(
            providers=["CPUExecutionProvider"],
            calibration=calibration_file(tmp_path, "ef" * 32),
        )
    assert refused.value.slug == "calibration_for_another_model"


def test_the_engine_says_who_judges(engine: Engine) -> None:
    identity = engine.identity
    assert identity.name == "djuv-judge"
    assert identity.provider == "CPUExecutionProvider"
    assert len(identity.sha256) == 64
