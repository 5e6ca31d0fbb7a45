"""A judged set from the script, as the command line would have it after listening."""

from __future__ import annotations

import numpy as np

from core.media import HOP_SAMPLES, HOP_SECONDS
from core.messages import Genre
from tests.web.pages.script import Script
from web.report import Audio, Collection, Model, Origin, Report
from web.report.waveform import Waveform
from web.texts import Texts

MODEL = Model("djuv-judge", "0.1.0", "cd34" * 16, trained=True)


def judged(
    seconds: float, texts: Texts, name: str = "night.flac", model: Model = MODEL
) -> tuple[Report, Waveform]:
    """A set of noise that swells and falls, and what the script says of it."""
    collection, waveform, script = Collection(), Waveform(), Script()
    noise = np.random.default_rng(5).uniform(-1, 1, (HOP_SAMPLES, 2)).astype(np.float32)
    for hop in range(round(seconds / HOP_SECONDS)):
        collection.add(script.messages(hop))
        waveform.add(noise * np.float32(0.5 + 0.4 * np.sin(hop / 40)))
    audio = Audio(name, "ab12" * 16, seconds, "flac", 44_100, 2)
    origin = Origin(audio, model, ("CPUExecutionProvider",), Genre.TECHNO, "0.1.0")
    return collection.report(origin, texts), waveform
