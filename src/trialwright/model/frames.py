"""The tables of one study at one cut-off, typed, with the files they came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache

import polars as pl

from trialwright.model.cells import typed, typed_schema
from trialwright.model.finding import Finding
from trialwright.model.manifest import Origin
from trialwright.model.outputs import OUTPUTS
from trialwright.model.tables import TABLES, Column, Table

__all__ = ["OUTPUTS", "TABLES", "Column", "Frames", "Table", "frames_from_text", "typed", "typed_schema"]


@dataclass(frozen=True, slots=True, eq=False)
class Frames(Mapping[str, pl.DataFrame]):
    """The typed tables of a data folder, one a domain.

    Parameters
    ----------
    tables : mapping of str to polars.DataFrame
        Tables that were collected, typed; a domain without a table was not collected.
    origin : {"entered", "imported", "simulated"}
        Where the data come from.
    cutoff : datetime.date or None
        Day up to which the data are complete, as the folder declares it.
    files : mapping of str to str
        Domain to file name.
    inputs : mapping of str to str
        File name to the SHA-256 of its bytes.
    study : str
        Id of the study the data belong to.
    study_sha256 : str
        Hash of the study file the folder was made for; empty when it does not say.
    produced : datetime.date or None
        Day the folder was made.
    columns : mapping of str to tuple of str
        Domain to the columns its file has; a declared column that is not among them was not collected.

    Examples
    --------
    >>> frames = Frames({}, "entered")
    >>> frames["RS"].height, frames.collected("RS")
    (0, False)
    """

    tables: Mapping[str, pl.DataFrame]
    origin: Origin
    cutoff: date | None = None
    files: Mapping[str, str] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)
    study: str = ""
    study_sha256: str = ""
    produced: date | None = None
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __getitem__(self, domain: str) -> pl.DataFrame:
        """Return the domain's table; an empty one with the same columns when it was not collected."""
        found = self.tables.get(domain)
        return _empty(domain) if found is None else found

    def __iter__(self) -> Iterator[str]:
        """Iterate over all declared domains, collected or not."""
        return iter(TABLES)

    def __len__(self) -> int:
        """Return the number of declared domains."""
        return len(TABLES)

    def __contains__(self, domain: object) -> bool:
        """Whether the domain is declared."""
        return domain in TABLES

    def collected(self, domain: str) -> bool:
        """Whether the domain has a table, be it without rows.

        Parameters
        ----------
        domain : str
            CDISC domain.

        Returns
        -------
        bool
            False means that every fact from it is missing, never "no".

        Examples
        --------
        >>> Frames({}, "entered").collected("AE")
        False
        """
        return domain in self.tables

    def file_of(self, domain: str) -> str:
        """File the domain was read from.

        Parameters
        ----------
        domain : str
            CDISC domain.

        Returns
        -------
        str
            File name; for tables that came from no file, the name it would be written under.

        Examples
        --------
        >>> Frames({}, "simulated").file_of("RS")
        'rs.csv'
        """
        return self.files.get(domain, f"{domain.lower()}.csv")

    def until(self, cutoff: date) -> Frames:
        """Return the tables as they were known at a cut-off.

        Parameters
        ----------
        cutoff : datetime.date
            Last day that counts.

        Returns
        -------
        Frames
            Without rows whose date lies certainly after the cut-off, and without subjects who consented certainly
            after it; other dates that lie certainly after it (an end, a death) are emptied, and so is the arm of a
            subject who was allocated certainly after it. Rows without a date stay.

        Examples
        --------
        >>> frames, _ = frames_from_text({"DM": pl.DataFrame({"USUBJID": ["1"], "DTHDTC": ["2027-02-03"]})}, "entered")
        >>> frames.until(date(2027, 1, 31))["DM"]["DTHDTC"].to_list()
        [None]
        """
        later = self["DM"].filter(pl.col("RFICLO") > cutoff).select("USUBJID")
        there = self.tables
        if later.height:
            there = {domain: frame.join(later, on="USUBJID", how="anti") for domain, frame in there.items()}
        known = {domain: _known_at(TABLES[domain], frame, cutoff) for domain, frame in there.items()}
        drawn = self["DS"].filter(pl.col("DSDECOD") == "RANDOMIZED")
        undrawn = drawn.filter(pl.col("DSSTLO") > cutoff).join(
            drawn.filter((pl.col("DSSTLO") <= cutoff) | pl.col("DSSTLO").is_null()), on="USUBJID", how="anti"
        )
        if undrawn.height and "DM" in known:
            has_arm = ~pl.col("USUBJID").is_in(undrawn["USUBJID"].implode())
            arm = (pl.when(has_arm).then(pl.col(name)).alias(name) for name in ("ARMCD", "ARM", "ACTARMCD"))
            known["DM"] = known["DM"].with_columns(arm)
        return replace(self, tables=known)

    def replace(self, domain: str, frame: pl.DataFrame) -> Frames:
        """Return the same tables with one exchanged.

        Parameters
        ----------
        domain : str
            CDISC domain.
        frame : polars.DataFrame
            Its new typed table.

        Returns
        -------
        Frames
            A new object; this one is unchanged.

        Examples
        --------
        >>> frames = Frames({}, "entered")
        >>> frames.replace("RS", frames["RS"]).collected("RS")
        True
        """
        return replace(self, tables={**self.tables, domain: frame})


@cache
def _empty(domain: str) -> pl.DataFrame:
    return pl.DataFrame(schema=typed_schema(TABLES[domain]))


def _known_at(table: Table, frame: pl.DataFrame, cutoff: date) -> pl.DataFrame:
    """The table at a cut-off; where nothing is dated later it is the same one, not a copy."""
    own = table.date_column
    if own is not None:
        low = pl.col(f"{own.removesuffix('DTC')}LO")
        if frame.select((low > cutoff).any()).item():
            frame = frame.filter(low.is_null() | (low <= cutoff))
    emptied: list[pl.Expr] = []
    for column in table.columns:
        if column.kind != "date" or column.name == own:
            continue
        stem = column.name.removesuffix("DTC")
        later = pl.col(f"{stem}LO") > cutoff
        if not frame.select(later.any()).item():
            continue
        names = [column.name, f"{stem}LO", f"{stem}HI", f"{stem}PREC"]
        names += ["DTHFL"] if column.name == "DTHDTC" else []
        emptied.extend(pl.when(~later.fill_null(False)).then(pl.col(name)).alias(name) for name in names)
    return frame.with_columns(emptied) if emptied else frame


def frames_from_text(
    text_frames: Mapping[str, pl.DataFrame], origin: Origin, *, cutoff: date | None = None, study: str = ""
) -> tuple[Frames, list[Finding]]:
    """Return typed tables made from text tables that stand in memory.

    Parameters
    ----------
    text_frames : mapping of str to polars.DataFrame
        Domain to its table, all columns text, empty cells null.
    origin : {"entered", "imported", "simulated"}
        Where the data come from.
    cutoff : datetime.date or None
        Day up to which the data are complete.
    study : str, default ""
        Id of the study, put into ``STUDYID`` where a table has none.

    Returns
    -------
    frames : Frames
        The typed tables.
    findings : list of Finding
        Cells that cannot be read.

    Examples
    --------
    >>> text = pl.DataFrame(
    ...     {"USUBJID": ["1"], "SSSEQ": ["1"], "SSTESTCD": ["SURVSTAT"], "SSORRES": ["ALIVE"], "SSDTC": ["2027-01"]}
    ... )
    >>> frames_from_text({"SS": text}, "entered")[0]["SS"]["SSHI"].to_list()
    [datetime.date(2027, 1, 31)]
    """
    tables: dict[str, pl.DataFrame] = {}
    findings: list[Finding] = []
    for domain, text in text_frames.items():
        known = {} if "STUDYID" in text.columns or not study else {"STUDYID": pl.lit(study)}
        tables[domain], found = typed(TABLES[domain], text.with_columns(**known), f"{domain.lower()}.csv")
        findings.extend(found)
    columns = {domain: tuple(text.columns) for domain, text in text_frames.items()}
    return Frames(tables, origin, cutoff=cutoff, study=study, columns=columns), findings
