"""A recorded mix judged whole, by the pipeline that judges live sets."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from core.media import samples_to_seconds
from core.messages import Genre, SessionInfo
from inference.sessions import Placement
from judge.engine import Engine
from stream.files import MixFile, open_mix
from web.report import Audio, Collection, Origin, Report
from web.report.provenance import model_of
from web.report.waveform import Waveform
from web.settings import ONNX_PROVIDERS, Settings
from web.settings_sections import ProviderName
from web.texts import Texts
from web.version import software_version

Progress = Callable[[float, float | None], None]
"""Told how many seconds are done, and of how many if that is known."""


@dataclass(frozen=True, slots=True)
class JudgedFile:
    """What is known of a file once it was judged."""

    report: Report
    waveform: Waveform


def load_engine(settings: Settings, provider: ProviderName | None = None) -> Engine:
    """Load the judge as the settings say, on `provider` alone where one is named.

    Raises
    ------
    core.errors.ModelInvalid
        If the models are absent or damaged.
    core.errors.ConfigurationInvalid
        If no provider works, or the calibration is for another model.
    """
    return Engine.load(
        settings.inference.models_dir,
        providers_of(settings, provider),
        placement=placement_of(settings),
        calibration=settings.inference.calibration,
    )


def providers_of(settings: Settings, provider: ProviderName | None) -> tuple[str, ...]:
    """Return ONNX Runtime's names of what may be tried: `provider` alone where one is named."""
    return settings.onnx_providers if provider is None else (ONNX_PROVIDERS[provider],)


def placement_of(settings: Settings) -> Placement:
    """Return where and how models run, but for the provider."""
    return Placement(
        device=settings.inference.device,
        graphs=settings.inference.cuda_graphs,
        cache=settings.data_dir / "tensorrt",
    )


def judge_file(
    path: Path,
    load: Callable[[], Engine],
    genre: Genre | None,
    texts: Texts,
    progress: Progress = lambda _, __: None,
) -> JudgedFile:
    """Judge a whole file.

    Parameters
    ----------
    path
        The file; it is looked at before the judge is loaded.
    load
        Loads the judge.
    genre
        The genre, where it is known.
    texts
        The language of the report.
    progress
        Told of every hop.

    Raises
    ------
    core.errors.BadInput
        If the file cannot be used; also what `load` raises.
    """
    mix = open_mix(path)
    engine = load()
    session = engine.open(SessionInfo(mix.session, "file", path.stem, 0.0, None, genre))
    collection, waveform, end_sample = Collection(), Waveform(), 0
    for hop in mix.hops():
        (judged,) = engine.advance([(session, hop)])
        collection.add(message for message, _ in judged.messages)
        waveform.add(hop.samples)
        end_sample = judged.end_sample
        progress(samples_to_seconds(end_sample), mix.duration_seconds)
    origin = Origin(
        audio=_audio(mix, end_sample),
        model=model_of(engine.identity),
        providers=(engine.identity.provider,),
        declared_genre=genre,
        software_version=software_version(),
    )
    return JudgedFile(collection.report(origin, texts), waveform)


def _audio(mix: MixFile, end_sample: int) -> Audio:
    with mix.path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return Audio(
        name=mix.path.name,
        sha256=sha256,
        duration_seconds=samples_to_seconds(end_sample),
        codec=mix.codec,
        sample_rate_hz=mix.sample_rate_hz,
        channels=mix.channels,
    )
