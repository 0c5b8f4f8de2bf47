"""Rules on links and lesions: G04, G05."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import polars as pl

from trialwright.exchange.rules.scene import Check, Scene
from trialwright.model.finding import Finding

__all__ = ["CHECKS"]

_MIN_LONGEST_TENTHS_MM: Final = 100
_MIN_SHORT_AXIS_TENTHS_MM: Final = 150
_MAX_TARGETS: Final = 5
_MAX_TARGETS_AN_ORGAN: Final = 2
_LINKED: Final = ("PR", "AE")


def _broken_links(scene: Scene) -> Iterator[Finding]:
    linked = scene.frames["FA"].filter(pl.col("FALNKID").is_not_null())
    shape = pl.col("FALNKID").str.contains(r"^(PR|AE)\.[0-9]{1,9}$")
    words = "link '{}' is not written as PR.n or AE.n".format
    yield from scene.report("G04", "FA", linked.filter(~shape), "FALNKID", words)
    for domain in _LINKED:
        own = linked.filter(shape & pl.col("FALNKID").str.starts_with(f"{domain}."))
        own = own.with_columns(TO=pl.col("FALNKID").str.slice(3).cast(pl.Int64))
        goal = scene.frames[domain].select("USUBJID", TO=pl.col(f"{domain}SEQ"))
        lost = own.join(goal, on=["USUBJID", "TO"], how="anti")
        yield from scene.report("G04", "FA", lost, "FALNKID", f"link '{{}}' points to no row of {domain}".format)
    known = scene.frames["TU"].select("USUBJID", "TULNKID", EVAL=_reader("TU"))
    measured = scene.frames["TR"].filter(pl.col("TRLNKID").is_not_null()).with_columns(EVAL=_reader("TR"))
    lost = measured.join(
        known, left_on=["USUBJID", "TRLNKID", "EVAL"], right_on=["USUBJID", "TULNKID", "EVAL"], how="anti"
    )
    words = "lesion '{}' is measured, and TU has no such lesion of this subject and reader".format
    yield from scene.report("G04", "TR", lost, "TRLNKID", words)


def _reader(domain: str) -> pl.Expr:
    """Who read a row: the role, and of several readers the name."""
    return pl.concat_str(pl.col(f"{domain}EVAL").fill_null(""), pl.col(f"{domain}EVALID").fill_null(""), separator="\t")


def _targets(scene: Scene) -> Iterator[Finding]:
    """Targets too small or too many.

    References: Eisenhauer EA et al., European Journal of Cancer 2009;45:228-247, doi:10.1016/j.ejca.2008.10.026.
    """
    targets = scene.frames["TU"].filter(pl.col("TUORRES") == "TARGET").with_columns(EVAL=_reader("TU"))
    if targets.is_empty():
        return
    first = targets.select("USUBJID", "EVAL", "TULO", TRLNKID=pl.col("TULNKID"))
    longest = (pl.col("TRTESTCD") == "LDIAM") & (pl.col("TRVAL") < _MIN_LONGEST_TENTHS_MM)
    short_axis = (pl.col("TRTESTCD") == "LPERP") & (pl.col("TRVAL") < _MIN_SHORT_AXIS_TENTHS_MM)
    sizes = scene.frames["TR"].filter(longest | short_axis).with_columns(EVAL=_reader("TR"))
    small = sizes.join(first, on=["USUBJID", "EVAL", "TRLNKID"], how="inner").filter(pl.col("TRLO") == pl.col("TULO"))
    words = pl.format("target {} has {} {} at first sight: too small to be measured", "TRLNKID", "TRORRES", "TRORRESU")
    yield from scene.report("G05", "TR", small.with_columns(words.alias("TEXT")), "TRORRES", "{}".format)
    groups = (
        (["USUBJID", "EVAL"], _MAX_TARGETS, ""),
        (["USUBJID", "EVAL", "TULOC"], _MAX_TARGETS_AN_ORGAN, " in one organ"),
    )
    for group, most, where in groups:
        many = targets.filter(pl.col("TULNKID").cum_count().over(group) == most + 1)
        words_many = f"target {{}} is one more than the {most}{where} that the criteria allow".format
        yield from scene.report("G05", "TU", many, "TULNKID", words_many)


CHECKS = (
    Check("G04", _broken_links),
    Check("G05", _targets),
)
"""Checks of this module."""
