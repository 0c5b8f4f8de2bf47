"""Which units are known and how one is turned into another: a closed table, exact in fractions.

A row is keyed (analyte, UCUM from, UCUM to). Rows with an empty analyte hold for every one, because they only change a
prefix or a volume; a step between mass and amount of substance, or between catalytic units, names its analyte.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Context, Decimal
from fractions import Fraction
from itertools import permutations
from types import MappingProxyType
from typing import Final

from trialwright.errors import UnitError

__all__ = ["ALIASES", "TABLE", "UNITS", "canonical_unit", "conversion_factor", "convert", "is_known"]

_DIGITS: Final = Context(prec=34)
_MASS: Final = {"kg": "1e3", "g": "1", "mg": "1e-3", "ug": "1e-6", "ng": "1e-9", "pg": "1e-12"}
_AMOUNT: Final = {"mol": "1", "mmol": "1e-3", "umol": "1e-6", "nmol": "1e-9", "pmol": "1e-12"}
_ACTIVITY: Final = {"kU": "1e3", "U": "1", "mU": "1e-3"}
_VOLUME: Final = {"L": "1", "dL": "1e-1", "mL": "1e-3", "uL": "1e-6"}
_COUNT: Final = {"10*12": "1e12", "10*9": "1e9", "10*6": "1e6", "10*3": "1e3", "": "1"}


def _per_volume(above: Mapping[str, str]) -> dict[str, str | Fraction]:
    return {
        f"{name}/{volume}": Fraction(factor) / Fraction(divisor)
        for name, factor in above.items()
        for volume, divisor in _VOLUME.items()
    }


_FAMILIES: Final[tuple[Mapping[str, str | Fraction], ...]] = (
    {"1": "1", "%": "1e-2"},
    {"m": "1", "cm": "1e-2", "mm": "1e-3", "um": "1e-6"},
    {"m2": "1", "cm2": "1e-4", "mm2": "1e-6"},
    {**_VOLUME, "cm3": "1e-3", "mm3": "1e-6", "m3": "1e3"},
    _MASS,
    _per_volume(_MASS),
    _per_volume(_AMOUNT),
    _per_volume(_ACTIVITY),
    _per_volume(_COUNT),
    {"kat/L": "1", "ukat/L": "1e-6", "nkat/L": "1e-9"},
    {"meq/L": "1"},
    {"Gy": "1", "cGy": "1e-2", "mGy": "1e-3"},
    {"GBq": "1e9", "MBq": "1e6", "kBq": "1e3", "Bq": "1", "Ci": "3.7e10", "mCi": "3.7e7"},
    {"s": "1", "min": "60", "h": "3600", "d": "86400", "wk": "604800"},
    {"mg/m2": "1", "g/m2": "1e3"},
    {"mg/kg": "1", "ug/kg": "1e-3"},
    {"kg/m2": "1"},
    {"mL/min": "1", "L/min": "1e3"},
    {"mL/min/{1.73_m2}": "1"},
    {"mm[Hg]": "1"},
    {"/min": "1"},
    {"Cel": "1"},
    {"mm/h": "1"},
    {"mg/(24.h)": "1", "g/(24.h)": "1e3"},
    {"fL": "1"},
    {"{score}": "1"},
)

# Between mass and amount of substance the factor is that of clinical practice (10 / molar mass in g/mol, rounded as
# laboratories round it), because the cut-offs of the scores assume these figures. Exact by definition: 1 U = 1/60 ukat.
_ANALYTE_ROWS: Final[tuple[tuple[str, str, str, str], ...]] = (
    ("BILI", "mg/dL", "umol/L", "17.1"),
    ("CREAT", "mg/dL", "umol/L", "88.4"),
    ("CA", "mg/dL", "mmol/L", "0.2495"),
    ("GLUC", "mg/dL", "mmol/L", "0.0555"),
    ("MG", "mg/dL", "mmol/L", "0.4114"),
    ("PHOS", "mg/dL", "mmol/L", "0.3229"),
    ("URATE", "mg/dL", "umol/L", "59.48"),
    ("CHOL", "mg/dL", "mmol/L", "0.02586"),
    ("TRIG", "mg/dL", "mmol/L", "0.01129"),
    ("UREAN", "mg/dL", "mmol/L", "0.357"),
    *((ion, "meq/L", "mmol/L", "1") for ion in ("SODIUM", "K", "CL")),
    *((enzyme, "U/L", "ukat/L", "1/60") for enzyme in ("ALT", "AST", "ALP", "GGT", "LDH", "CK", "LIPASE", "AMYLASE")),
)

# Two conventions are in use and differ by a factor of four; a figure alone does not tell which was meant.
_AMBIGUOUS: Final[Mapping[str, str]] = MappingProxyType(
    {"HGB": "laboratories report haemoglobin in mmol/L either per monomer or per tetramer, four times apart"}
)

ALIASES: Final[Mapping[str, str]] = MappingProxyType(
    {
        **{f"{arb}/{volume}": f"U/{volume}" for arb in ("[arb'U]", "IU", "[IU]") for volume in _VOLUME},
        **{f"k{arb}/L": "kU/L" for arb in ("[arb'U]", "IU", "[IU]")},
        **{
            f"{old}/l": f"{old}/L"
            for old in ("g", "mg", "ug", "ng", "mmol", "umol", "nmol", "U", "kU", "10*9", "10*12", "meq")
        },
        **{f"{old}/dl": f"{old}/dL" for old in ("g", "mg", "ug")},
        **{f"{old}/ml": f"{old}/mL" for old in ("U", "ng", "ug", "pg")},
        **{
            f"{ten}{power}/{volume}": f"10*{power}/{volume}"
            for ten in ("10^", "x10^", "x10*", "10E", "x10E")
            for power in (3, 6, 9, 12)
            for volume in ("L", "uL")
        },
        **{
            f"{micro}{rest}": f"u{rest}"
            for micro in ("\u00b5", "\u03bc")
            for rest in ("m", "L", "g", "mol/L", "g/L", "g/mL", "kat/L")
        },
        **{f"10*3/{micro}L": "10*3/uL" for micro in ("\u00b5", "\u03bc")},
        "/mm3": "/uL",
        "10*3/mm3": "10*3/uL",
        "mEq/L": "meq/L",
        "l": "L",
        "dl": "dL",
        "ml": "mL",
        "cc": "mL",
        "mmHg": "mm[Hg]",
        "mm Hg": "mm[Hg]",
        "degC": "Cel",
        "bpm": "/min",
        "mL/min/1.73m2": "mL/min/{1.73_m2}",
        "{ratio}": "1",
        "{INR}": "1",
    }
)
"""Other spellings that are read as a unit of the table; letter case counts."""


def _expanded() -> dict[tuple[str, str, str], Fraction]:
    table: dict[tuple[str, str, str], Fraction] = {}
    for family in _FAMILIES:
        for start, end in permutations(family, 2):
            table["", start, end] = Fraction(family[start]) / Fraction(family[end])
    for analyte, start, end, factor in _ANALYTE_ROWS:
        table[analyte, start, end] = Fraction(factor)
        table[analyte, end, start] = 1 / Fraction(factor)
    return table


TABLE: Final[Mapping[tuple[str, str, str], Fraction]] = MappingProxyType(_expanded())
"""(analyte or empty, UCUM from, UCUM to) to the factor a value is multiplied with."""

UNITS: Final[frozenset[str]] = frozenset(unit for family in _FAMILIES for unit in family)
"""Every unit of the table, in UCUM spelling."""


def is_known(unit: str) -> bool:
    """Whether the table holds this unit or an alias of it.

    Parameters
    ----------
    unit : str
        Unit as written; letter case counts.

    Returns
    -------
    bool
        True when values in this unit can be read.

    Examples
    --------
    >>> is_known("U/mL"), is_known("furlong")
    (True, False)
    """
    return unit in UNITS or unit in ALIASES


def canonical_unit(unit: str) -> str:
    """Return the table's own spelling of a unit.

    Parameters
    ----------
    unit : str
        Unit as written, e.g. ``IU/L``.

    Returns
    -------
    str
        UCUM spelling, e.g. ``U/L``.

    Raises
    ------
    UnitError
        If the unit is empty or not in the table.

    Examples
    --------
    >>> canonical_unit("x10^9/L")
    '10*9/L'
    """
    if not unit:
        raise UnitError("no unit is given", why="a number without a unit is no measurement", mend="name the UCUM unit")
    spelled = ALIASES.get(unit, unit)
    if spelled not in UNITS:
        raise UnitError(f"unit '{unit}' is not known", mend="write the UCUM unit, for example mg/dL, U/mL, 10*9/L or 1")
    return spelled


def conversion_factor(*, from_unit: str, to_unit: str, analyte: str = "") -> Fraction:
    """Return the exact factor from one unit to another.

    Parameters
    ----------
    from_unit, to_unit : str
        Units as written; aliases are allowed.
    analyte : str, default ""
        Test code such as ``CREAT``; needed where the factor depends on the substance.

    Returns
    -------
    Fraction
        What a value in `from_unit` is multiplied with.

    Raises
    ------
    UnitError
        If a unit is unknown or the table holds no way between the two for this analyte.

    Notes
    -----
    A family's prefix may be changed on either side of an analyte's row: g/L to umol/L of creatinine goes by mg/dL.

    Examples
    --------
    >>> conversion_factor(from_unit="g/dL", to_unit="g/L")
    Fraction(10, 1)
    """
    start, end = canonical_unit(from_unit), canonical_unit(to_unit)
    if start == end:
        return Fraction(1)
    for key in (("", start, end), (analyte, start, end)):
        if key in TABLE:
            return TABLE[key]
    for name, row_start, row_end, _ in _ANALYTE_ROWS:
        if name != analyte:
            continue
        for first, second in ((row_start, row_end), (row_end, row_start)):
            before = Fraction(1) if start == first else TABLE.get(("", start, first))
            after = Fraction(1) if second == end else TABLE.get(("", second, end))
            if before is not None and after is not None:
                return before * TABLE[analyte, first, second] * after
    of = f" of {analyte}" if analyte else ""
    raise UnitError(
        f"no conversion{of} from '{from_unit}' to '{to_unit}'",
        why=_AMBIGUOUS.get(analyte, "the table is closed and a guessed factor would change the figure"),
        mend=f"give the value in {end}, or add the conversion with its source to the unit table",
    )


def convert(value: Decimal, *, from_unit: str, to_unit: str, analyte: str = "") -> Decimal:
    """Return a measured value in another unit.

    Parameters
    ----------
    value : Decimal
        Value in `from_unit`.
    from_unit, to_unit : str
        Units as written; aliases are allowed.
    analyte : str, default ""
        Test code such as ``CREAT``; needed where the factor depends on the substance.

    Returns
    -------
    Decimal
        Value in `to_unit`, exact where the factor is a finite decimal, otherwise to 34 digits.

    Raises
    ------
    UnitError
        If a unit is unknown or not convertible for this analyte.

    Examples
    --------
    >>> convert(Decimal("2.0"), from_unit="mg/dL", to_unit="umol/L", analyte="BILI")
    Decimal('34.2')
    >>> convert(Decimal("35"), from_unit="U/mL", to_unit="kU/L", analyte="CA125")
    Decimal('35')
    """
    factor = conversion_factor(from_unit=from_unit, to_unit=to_unit, analyte=analyte)
    if factor == 1:
        return value
    product = _DIGITS.multiply(value, Decimal(factor.numerator))
    return _DIGITS.divide(product, Decimal(factor.denominator))
