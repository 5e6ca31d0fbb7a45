"""What judged, as recordings and reports name it."""

from __future__ import annotations

from judge.networks import EngineIdentity
from stream.opus import decoder_description
from stream.recording import JudgingFacts, ModelFacts
from web.report.contents import Model
from web.version import software_version


def judging_facts(identity: EngineIdentity) -> JudgingFacts:
    """Return what a recording keeps of how its set is judged."""
    return JudgingFacts(
        model=ModelFacts(identity.name, identity.version, identity.sha256),
        provider=identity.provider,
        decoder=decoder_description(),
        software_version=software_version(),
        calibration=identity.calibration,
    )


def model_of(identity: EngineIdentity) -> Model:
    """Return what a report says of the model."""
    return Model(
        identity.name, identity.version, identity.sha256, identity.trained, identity.calibration
    )
