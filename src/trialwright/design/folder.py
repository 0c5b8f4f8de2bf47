"""An invented trial written as a data folder that says SIMULATED, with the truth kept apart from the data."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Final, Literal

from trialwright import __version__
from trialwright.design.coded import TextTables
from trialwright.design.simulate import Simulated
from trialwright.errors import DataError
from trialwright.exchange.folder import refuse_held, whole_or_nothing, write_folder
from trialwright.exchange.manifest import MANIFEST_FILE, read_manifest
from trialwright.model.manifest import Manifest

__all__ = ["README_FILE", "TRUTH_FILE", "Written", "refuse_taken", "write"]

README_FILE: Final = "README.txt"
TRUTH_FILE: Final = "truth/truth.csv"

_README: Final = """SIMULATED DATA. Nobody in this folder exists.

Study      {study} {version}
Scenario   {scenario}: {label}
Seed       {seed}, trial {trial}
Allocated  {allocated} of {screened} screened
Cutoff     {cutoff}
Program    trialwright {program}

Every figure follows from the scenario, whose figures are invented. The tables are what the sites would have entered;
truth/truth.csv holds what really happened to each allocated subject, seen or not, and no analysis may read it. The
moment of production in study.json is the midnight after the cutoff, so that the same seed makes the same bytes.
"""


@dataclass(frozen=True, slots=True)
class Written:
    """What was written.

    Parameters
    ----------
    path : Path
        The data folder.
    rows : mapping of str to int
        Table file to its number of rows.
    screened, allocated : int
        Subjects.
    """

    path: Path
    rows: Mapping[str, int]
    screened: int
    allocated: int


def write(
    simulated: Simulated,
    path: Path,
    *,
    study_sha256: str,
    form: Literal["csv", "parquet"] = "csv",
    replace: bool = False,
) -> Written:
    """Write an invented trial as a data folder, whole or not at all.

    Parameters
    ----------
    simulated : Simulated
        The invented trial.
    path : Path
        Folder to make; it must not exist, or be empty.
    study_sha256 : str
        Hash of the canonical study file, for ``study.json``.
    form : {"csv", "parquet"}, default "csv"
        Format of the tables.
    replace : bool, default False
        Replace a folder of simulated data; any other folder is left alone.

    Returns
    -------
    Written
        Files and numbers of subjects.

    Raises
    ------
    DataError
        When the folder holds something that may not be replaced.

    Examples
    --------
    >>> from trialwright.conduct.studies import open_study
    >>> from tempfile import TemporaryDirectory
    >>> from trialwright.design.simulate import simulate
    >>> invented = simulate(open_study("nct07295132").study, subjects=4, seed=7)
    >>> with TemporaryDirectory() as place:
    ...     write(invented, Path(place) / "data", study_sha256="0" * 64).allocated
    4
    """
    plan = simulated.people.plan
    header = plan.study.study
    manifest = Manifest(
        study=simulated.study,
        origin="simulated",
        version=header.version,
        canonical_sha256=study_sha256,
        cutoff=simulated.cutoff,
        produced=_midnight_after(simulated),
        by=f"trialwright {__version__} simulate",
        extra={
            "scenario": simulated.scenario,
            "seed": str(simulated.seed),
            "trial": str(simulated.trial),
            "program": f"trialwright {__version__}",
        },
    )
    screened, allocated = simulated.people.screened.draws.count, simulated.people.allocated.draws.count
    readme = _README.format(
        study=simulated.study, version=header.version, scenario=simulated.scenario,
        label=plan.study.scenario[simulated.scenario].label, seed=simulated.seed, trial=simulated.trial,
        allocated=allocated, screened=screened, cutoff=simulated.cutoff.isoformat(), program=__version__,
    )  # fmt: skip
    earlier = _earlier(path, replace=replace)
    with whole_or_nothing(_free(path, earlier)) as folder:
        write_folder(folder / "tables", TextTables(simulated.coded), manifest, format=form)
        for file in (folder / "tables").iterdir():
            file.rename(folder / file.name)
        (folder / "tables").rmdir()
        (folder / README_FILE).write_text(readme, encoding="utf-8")
        (folder / TRUTH_FILE).parent.mkdir()
        simulated.truth.write_csv(folder / TRUTH_FILE)
    if earlier:
        _exchange(path)
    rows = {f"{domain.lower()}.{form}": table.height for domain, table in simulated.coded.items()}
    return Written(path, rows, screened, allocated)


def refuse_taken(path: Path, *, replace: bool) -> None:
    """Refuse a place that `write` would refuse, before hours are spent on inventing subjects.

    Parameters
    ----------
    path : Path
        Folder to make.
    replace : bool
        Whether an earlier simulation there may be replaced.

    Raises
    ------
    DataError
        When the folder holds something that may not be replaced.

    Examples
    --------
    >>> refuse_taken(Path("nowhere"), replace=False)
    """
    if not _earlier(path, replace=replace):
        refuse_held(path)


def _midnight_after(simulated: Simulated) -> str:
    day = simulated.cutoff + timedelta(days=1)
    return datetime.combine(day, time(), tzinfo=UTC).isoformat().replace("+00:00", "Z")


def _earlier(path: Path, *, replace: bool) -> bool:
    """Whether a folder of simulated data stands at the path and is to be replaced."""
    if not path.is_dir() or not any(path.iterdir()) or not replace:
        return False
    if not (path / MANIFEST_FILE).is_file() or read_manifest(path).origin != "simulated":
        raise DataError(
            f"{path} holds something else than simulated data",
            why="only an earlier simulation is replaced",
            mend="name a new folder",
        )
    return True


def _free(path: Path, earlier: bool) -> Path:
    return path.with_name(f".{path.name}-new") if earlier else path


def _exchange(path: Path) -> None:
    """Put the new folder where the earlier one stands, and remove that one."""
    aside = Path(tempfile.mkdtemp(prefix=f".{path.name}-old-", dir=path.parent))
    path.rename(aside / path.name)
    _free(path, True).rename(path)
    shutil.rmtree(aside)
