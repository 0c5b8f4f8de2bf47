"""A made-up study file that uses every part of the language, and the catalogue it is held against."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from trialwright.endpoints.library import specs
from trialwright.model.catalogue import Catalogue, Spec
from trialwright.model.study import Study
from trialwright.protocol.load import load
from trialwright.protocol.problems import StudyFileErrors

EXAMPLE: Final = (Path(__file__).parent / "fixtures" / "studies" / "example.yaml").read_text(encoding="utf-8")

OFFERED: Final = Catalogue(
    (
        Spec(
            "recist-x",
            "response criteria",
            "x",
            settings={"rows": ("recorded",)},
            outputs=("CR", "PR", "SD", "PD", "NE"),
        ),
        Spec(
            "guess-x",
            "response criteria",
            "x",
            certainty="unverified",
            settings={"rows": ("recorded",)},
            outputs=("CR", "PR", "SD", "PD", "NE"),
        ),
        Spec("halved", "marker criteria", "x", outputs=("RESPONSE", "NO RESPONSE")),
        Spec("speed", "marker model", "x", settings={"parameters": ("study-fit",)}, outputs=("speed",), computed=False),
        Spec("parts", "dose model", "x", outputs=("lung_dose", "tumour_dose")),
        Spec("liver-score", "score", "x", outputs=("A", "B", "C")),
        Spec("ranks", "method", "x", measures=("time to event",), needs=("compare",)),
        Spec(
            "mean", "method", "x", settings={"ties": ("exact",)}, measures=("time to event",), needs=("compare", "tau")
        ),
        Spec("share", "method", "x", measures=("proportion",)),
        *(Spec(measure, "measure", "x") for measure in ("time to event", "proportion", "worst grade", "accuracy")),
        *specs(),
    )
)


def edited(*pairs: tuple[str, str]) -> str:
    """The example with passages replaced; each must stand in it exactly once."""
    text = EXAMPLE
    for old, new in pairs:
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
        text = text.replace(old, new)
    return text


def loaded(*pairs: tuple[str, str]) -> Study:
    """The example with passages replaced, as a study."""
    return load(edited(*pairs), OFFERED, name="example.yaml")


def problems(text: str, catalogue: Catalogue = OFFERED) -> list[str]:
    """What is wrong with a study file, one line a problem; nothing when it loads."""
    try:
        load(text, catalogue, name="example.yaml")
    except StudyFileErrors as refused:
        return [str(problem) for problem in refused.problems]
    return []
