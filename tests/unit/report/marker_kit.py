"""A dossier with elimination rates of six invented subjects."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from trialwright.conduct.kelim_sets import open_set
from trialwright.model.dossier import Dossier
from trialwright.model.marker_figures import MarkerFigures, MarkerPictures

SUBJECTS = (
    ("A", "ESTIMATED", None, 0.09, 0.06, 0.13, 1.5, 0.97, "FAVOURABLE", ""),
    ("B", "ESTIMATED", None, 0.0598, 0.04, 0.09, 0.9967, 0.49, "UNFAVOURABLE", ""),
    ("C", "ESTIMATED", None, 0.07, 0.04, 0.12, 1.17, 0.70, "FAVOURABLE", "multimodal"),
    ("D", "ESTIMATED", None, 0.02, 0.01, 0.03, 0.33, 0.01, "UNFAVOURABLE", ""),
    ("E", "NOT CALCULABLE", "2 usable values, 3 are due", None, None, None, None, None, None, ""),
    ("F", "ERROR", "value not positive", None, None, None, None, None, None, ""),
)
COLUMNS = (
    "USUBJID", "STATUS", "REASON", "KELIM_PER_DAY", "KELIM_LOW", "KELIM_HIGH", "STD_KELIM", "P_FAVOURABLE", "CLASS",
    "FLAGS",
)  # fmt: skip
USED = (("B", 0.0, 300.0, 0, 1), ("B", 21.0, 90.0, 0, 2), ("B", 42.0, 5.0, -1, 3), ("A", 0.0, 500.0, 0, 1))
LEFT_OUT = (("E", "row/lb.csv:E:1", 101, "20", "after window"), ("F", "row/lb.csv:F:1", 0, "0", "value not positive"))


def figures(marker: str) -> MarkerFigures:
    """Rates of six subjects, four of them estimated under the demo set."""
    rows = pl.DataFrame(SUBJECTS, schema=list(COLUMNS), orient="row").with_columns(UNCERTAINTY=pl.lit("posterior"))
    used = pl.DataFrame(
        [(who, day, value, kind, f"row/lb.csv:{who}:{row}") for who, day, value, kind, row in USED],
        schema=["USUBJID", "T_DAYS", "VALUE", "CENSOR", "ROWS"], orient="row",
    )  # fmt: skip
    check = pl.DataFrame(
        {
            "what": ["5%", "50%", "below"], "values": [4, 4, 4], "day": [21.0, 21.0, 21.0],
            "measured": [None, 90.0, 0.25], "low": [None, 95.0, 0.0],
            "median": [20.0, 110.0, 0.1], "high": [30.0, 130.0, 0.3],
        }
    )  # fmt: skip
    band = pl.DataFrame(
        {"day": [0.0, 42.0, 84.0], "median": [290.0, 6.0, 1.0], "low": [250.0, 4.0, 0.3], "high": [330.0, 9.0, 3.0]}
    )
    gain = pl.DataFrame({"day": [49.0, 84.0], "expected_change": [0.05, 0.12], "expected_misclassified": [0.44, 0.36]})
    return MarkerFigures(
        marker,
        rows=rows,
        used=used,
        excluded=pl.DataFrame(LEFT_OUT, schema=["USUBJID", "ROW", "DAY", "VALUE", "REASON"], orient="row"),
        parameters=open_set("demo"),
        eligible_subjects=4,
        pictures=MarkerPictures(check, "B", band, gain),
    )


def with_rates(dossier: Dossier, **changes: object) -> Dossier:
    """The dossier with the rates, under the id of its first marker."""
    marker = dossier.study.markers[0].id
    return replace(dossier, markers={marker: replace(figures(marker), **changes)})
