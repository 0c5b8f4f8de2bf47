"""A small catalogue of functions made for the tests: two scores and the partition model, each by its definition."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Final

from trialwright.model.catalogue import Catalogue, Spec
from trialwright.model.study import Study
from trialwright.protocol.load import load
from trialwright.screening.computed import Computation, Computed, Known, WantedFigure

FOLDER: Final = Path(__file__).parents[2] / "fixtures" / "studies"
OFFERED: Final = Catalogue(
    (
        Spec("child-pugh", "score", "x", outputs=("A", "B", "C")),
        Spec("ecog", "score", "x"),
        Spec("sft-demicco-2017", "score", "x"),
        Spec("asa", "score", "x"),
        Spec("partition", "dose model", "x", outputs=("lung_dose", "spared_fraction", "tumour_dose")),
    )
)
Inputs = Mapping[str, tuple[Known, ...]]


def trial(name: str) -> Study:
    return load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"), OFFERED, name=f"{name}.yaml")


def bands(value: Known, *cuts: str) -> tuple[int, ...]:
    """Points a value can have: one when it is known, all when it is not."""
    if value is None:
        return tuple(range(len(cuts) + 1))
    assert isinstance(value, Decimal)
    return (sum(value >= Decimal(cut) for cut in cuts),)


def points(value: Known, order: tuple[str, ...]) -> tuple[int, ...]:
    return tuple(range(len(order))) if value is None else (order.index(str(value)),)


def child_pugh(inputs: Inputs, _asked: WantedFigure) -> Computed:
    (bilirubin,), (albumin,), (inr,) = inputs["bilirubin"], inputs["albumin"], inputs["inr"]
    closed = Decimal("0.000001")  # the middle band holds both of its ends
    items = [
        bands(bilirubin, "2.0", str(Decimal("3.0") + closed)),
        tuple(2 - each for each in bands(albumin, "2.8", str(Decimal("3.5") + closed))),
        bands(inr, "1.7", str(Decimal("2.3") + closed)),
        points(inputs["ascites"][0], ("NONE", "MILD", "SEVERE")),
        points(inputs["encephalopathy"][0], ("NONE", "MILD", "SEVERE")),
    ]
    totals = {5 + sum(each) for each in product(*items)}
    classes = tuple(sorted({"A" if total <= 6 else "B" if total <= 9 else "C" for total in totals}))
    return Computed(Decimal(min(totals)), Decimal(max(totals)), classes=classes)


def sft_risk(inputs: Inputs, _asked: WantedFigure) -> Computed:
    items = [
        bands(inputs["age"][0], "55"),
        bands(inputs["size"][0], "5", "10", "15"),
        bands(inputs["mitoses"][0], "1", "4"),
        bands(inputs["necrosis"][0], "10"),
    ]
    totals = [sum(each) for each in product(*items)]
    return Computed(Decimal(min(totals)), Decimal(max(totals)))


def partition(inputs: Inputs, asked: WantedFigure) -> Computed:
    if asked.name == "spared_fraction":
        (perfused,), (spared,) = inputs["perfused_volume"], inputs["spared_volume"]
        if not isinstance(perfused, Decimal) or not isinstance(spared, Decimal):
            return Computed()
        share = spared / (spared + perfused)
        return Computed(share, share)
    known = [inputs[name][0] for name in ("lung_fraction", "tumour_mass", "tumour_ratio", "perfused_mass")]
    numbers = [each for each in known if isinstance(each, Decimal)]
    if len(numbers) < len(known):
        return Computed(unit="Gy")
    lung, tumour, ratio, normal = numbers
    if lung >= 1 or ratio <= 0:
        return Computed(unit="Gy", reason="invalid_input")
    dose = Decimal(asked.given["tumour_dose"].split()[0])
    # activity cancels: what reaches the lungs, of one kilogram, follows from the dose to the tumour alone
    figure = dose * (tumour + normal / ratio) / 1000 * lung / (1 - lung)
    return Computed(figure, figure, unit="Gy")


FUNCTIONS: Final[Mapping[str, Computation]] = {
    "child-pugh": child_pugh, "sft-demicco-2017": sft_risk, "partition": partition,
}  # fmt: skip
