from __future__ import annotations

import pytest
import structlog

from core.errors import ConfigurationInvalid
from inference.providers import Provider, Rejection, choose, provider_library_problem

EVERYTHING = [provider.value for provider in Provider]


def works(provider: Provider) -> None:
    pass


def no_problem(provider: Provider) -> str | None:
    return None


def test_the_best_that_works_is_chosen() -> None:
    choice = choose(works, available=EVERYTHING, library_problem=no_problem)
    assert choice.provider is Provider.TENSORRT
    assert choice.rejected == ()


def test_what_was_passed_over_is_reported_with_its_reason() -> None:
    def trial(provider: Provider) -> None:
        if provider is Provider.CUDA:
            raise RuntimeError("CUDA failure 100: no CUDA-capable device\nmore\nlines")

    def problem(provider: Provider) -> str | None:
        return "libnvinfer.so.10: not found" if provider is Provider.TENSORRT else None

    with structlog.testing.capture_logs() as logs:
        choice = choose(trial, available=EVERYTHING, library_problem=problem)
    assert choice.provider is Provider.CPU
    assert choice.rejected == (
        Rejection(Provider.TENSORRT, "libnvinfer.so.10: not found"),
        Rejection(Provider.CUDA, "CUDA failure 100: no CUDA-capable device"),
    )
    assert logs == [
        {
            "event": "inference_provider",
            "log_level": "info",
            "chosen": "CPUExecutionProvider",
            "rejected": {
                "TensorrtExecutionProvider": "libnvinfer.so.10: not found",
                "CUDAExecutionProvider": "CUDA failure 100: no CUDA-capable device",
            },
        }
    ]


def test_what_the_runtime_was_not_built_with_is_not_tried() -> None:
    tried: list[Provider] = []
    choice = choose(tried.append, available=["CPUExecutionProvider"], library_problem=no_problem)
    assert tried == [Provider.CPU]
    assert {entry.reason for entry in choice.rejected} == {
        "this build of ONNX Runtime does not have it"
    }


def test_only_what_is_allowed_is_tried() -> None:
    tried: list[Provider] = []
    choose(tried.append, ["CPUExecutionProvider"], available=EVERYTHING, library_problem=no_problem)
    assert tried == [Provider.CPU]


def test_none_that_works_is_an_error_that_says_why() -> None:
    with pytest.raises(ConfigurationInvalid, match=r"CUDAExecutionProvider: no driver"):
        choose(
            works,
            ["CUDAExecutionProvider"],
            available=EVERYTHING,
            library_problem=lambda provider: "no driver",
        )


def test_a_name_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ConfigurationInvalid, match="Known inference providers"):
        choose(works, ["AbacusExecutionProvider"], available=EVERYTHING)


def test_the_real_libraries_are_looked_at_without_a_crash() -> None:
    assert provider_library_problem(Provider.CPU) is None
    for provider in (Provider.CUDA, Provider.TENSORRT):
        problem = provider_library_problem(provider)
        assert problem is None or problem
