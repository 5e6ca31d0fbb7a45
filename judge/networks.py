"""The judge's networks, loaded together and known to belong together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import structlog
from numpy.typing import NDArray

from core.errors import ModelInvalid
from inference.files import ModelFiles
from inference.model import Model
from inference.placement import Placement
from inference.providers import PREFERENCE, Provider, choose
from inference.sessions import load
from judge.evidence import EVIDENCE_FEATURES
from judge.hindsight import HINDSIGHT_FEATURES
from judge.mel.backend import MelBackend
from judge.mel.onnx_mel import OnnxMel
from judge.mel.scipy_mel import ScipyMel
from judge.mel.specification import MFCC_COEFFICIENTS, SLICE_SAMPLES
from judge.readings import MEL_BANDS
from judge.specification import (
    BASIC_FEATURES,
    COLUMN_FEATURES,
    COLUMNS_PER_WINDOW,
    HOP_TRUNK_FRAMES,
    LABELS,
    MIXING_FEATURES,
    STATE_FEATURES,
    TOLD,
    TRANSITION_FEATURES,
    TRANSITIONS,
    settings,
)

_log = structlog.get_logger(__name__)

SHIPPED: Final = Path(__file__).parent / "models"

PARTS: Final[Mapping[str, Mapping[str, tuple[int, ...]]]] = {
    "mel": {"samples": (SLICE_SAMPLES,)},
    "trunk": {"log_mel": (HOP_TRUNK_FRAMES, MEL_BANDS)},
    "mixing": {"transitions": (TRANSITIONS, TRANSITION_FEATURES)},
    "hindsight": {"shown": (HINDSIGHT_FEATURES,), "senses": (TOLD,)},
    "head": {
        "columns": (COLUMNS_PER_WINDOW, COLUMN_FEATURES),
        "evidence": (EVIDENCE_FEATURES,),
        "mfcc": (MFCC_COEFFICIENTS,),
        "basic": (BASIC_FEATURES,),
        "mixing": (MIXING_FEATURES,),
        "state": (STATE_FEATURES,),
    },
}
"""The files that run live, and the shape of one row of their inputs."""


@dataclass(frozen=True, slots=True)
class EngineIdentity:
    """What judged: enough to get the same score again."""

    name: str
    version: str
    sha256: str  # over the files that run
    provider: str
    trained: bool
    calibration: str | None = None  # version; None where scores stay on the judge's own scale


@dataclass(frozen=True, slots=True)
class Networks:
    """The parts that run live."""

    mel: MelBackend
    trunk: Model
    mixing: Model  # always on the CPU and alone: it runs when a set's transitions change
    hindsight: Model  # the same; trees, which no GPU provider runs
    head: Model
    identity: EngineIdentity

    @classmethod
    def load(
        cls,
        directory: Path | None = None,
        providers: Sequence[str] | None = None,
        placement: Placement | None = None,
    ) -> Networks:
        """Load, check and warm up the models of a folder on the best provider that works.

        Parameters
        ----------
        directory
            A folder made by the export; the shipped models by default.
        providers
            ONNX Runtime's names of providers that may be used, best first.
        placement
            Device, graphs and cache; its provider is not looked at.

        Raises
        ------
        ModelInvalid
            If a file is absent, damaged, or does not fit this version or the other files.
        ConfigurationInvalid
            If none of the providers works.
        """
        files = ModelFiles(directory or SHIPPED)
        on_cpu = cls._on(files, Placement())
        loaded = {Provider.CPU: on_cpu}

        def attempt(provider: Provider) -> None:
            if provider not in loaded:
                loaded[provider] = cls._on(
                    files, replace(placement or Placement(), provider=provider), on_cpu
                )

        choice = choose(attempt, PREFERENCE if providers is None else providers)
        networks = loaded[choice.provider]
        if not networks.identity.trained:
            _log.warning("judge_untrained", directory=str(files.directory))
        return networks

    @classmethod
    def _on(
        cls, files: ModelFiles, placement: Placement, on_cpu: Networks | None = None
    ) -> Networks:
        alone = {} if on_cpu is None else {"mixing": on_cpu.mixing, "hindsight": on_cpu.hindsight}
        models = alone | {
            kind: load(files, kind, placement, settings() | {"labels": LABELS}, shapes)
            for kind, shapes in PARTS.items()
            if kind not in alone
        }
        _require_one_export(files, models)
        specification = models["trunk"].specification
        return cls(
            mel=OnnxMel(models["mel"]) if placement.provider.on_gpu else ScipyMel(),
            trunk=models["trunk"],
            mixing=models["mixing"],
            hindsight=models["hindsight"],
            head=models["head"],
            identity=EngineIdentity(
                name=specification.name,
                version=specification.version,
                sha256=files.digest(*(f"{kind}.onnx" for kind in PARTS)),
                provider=placement.provider.value,
                trained=specification.trained,
            ),
        )

    @property
    def on_gpu(self) -> bool:
        """Whether batches pay: on the CPU a row costs the same alone."""
        return Provider(self.identity.provider).on_gpu

    def columns(
        self, frames: NDArray[np.float32], batch_size: int | None = None
    ) -> NDArray[np.float32]:
        """Map (sets, HOP_TRUNK_FRAMES, bands) to (sets, COLUMNS_PER_HOP, COLUMN_FEATURES)."""
        columns: NDArray[np.float32] = self.trunk.run({"log_mel": frames}, batch_size)[0]
        return columns

    def mixing_features(self, transitions: NDArray[np.float32]) -> NDArray[np.float32]:
        """Map one set's (TRANSITIONS, TRANSITION_FEATURES) to (MIXING_FEATURES,)."""
        mixing: NDArray[np.float32] = self.mixing.run({"transitions": transitions[None]})[0][0]
        return mixing


def _require_one_export(files: ModelFiles, models: Mapping[str, Model]) -> None:
    digests = {kind: model.specification.weights_sha256 for kind, model in models.items()}
    if len(set(digests.values())) != 1:
        raise ModelInvalid(
            f"The models in {files.directory} come from different exports ({digests}). Restore "
            "the folder from the repository or export all parts again with `make train`."
        )
