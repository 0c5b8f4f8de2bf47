"""The unit table."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialwright.errors import UnitError
from trialwright.units import ALIASES, TABLE, UNITS, canonical_unit, conversion_factor, convert, is_known


@pytest.mark.independent("metric prefixes by hand")
@pytest.mark.parametrize(
    ("value", "start", "end", "expected"),
    [
        ("35", "U/mL", "kU/L", "35"),
        ("35", "U/mL", "U/L", "35000"),
        ("3.9", "g/dL", "g/L", "39"),
        ("1500", "/uL", "10*9/L", "1.5"),
        ("250", "10*3/uL", "10*9/L", "250"),
        ("4", "cm", "mm", "40"),
        ("500", "mL", "L", "0.5"),
        ("30", "%", "1", "0.3"),
        ("1", "GBq", "MBq", "1000"),
        ("2", "ng/mL", "ug/L", "2"),
    ],
)
def test_prefixes_hold_for_every_analyte(value: str, start: str, end: str, expected: str) -> None:
    assert convert(Decimal(value), from_unit=start, to_unit=end) == Decimal(expected)
    assert convert(Decimal(value), from_unit=start, to_unit=end, analyte="CA125") == Decimal(expected)


@pytest.mark.double_programmed("converters of two public programs")
@pytest.mark.parametrize(
    ("analyte", "value", "start", "end", "expected"),
    [
        ("BILI", "2", "mg/dL", "umol/L", "34.2"),
        ("BILI", "34.2", "umol/L", "mg/dL", "2"),
        ("CREAT", "1", "mg/dL", "umol/L", "88.4"),
        ("CREAT", "0.01", "g/L", "umol/L", "88.4"),
        ("ALT", "60", "U/L", "ukat/L", "1"),
        ("SODIUM", "140", "mEq/L", "mmol/L", "140"),
    ],
)
def test_analyte_rows(analyte: str, value: str, start: str, end: str, expected: str) -> None:
    assert convert(Decimal(value), from_unit=start, to_unit=end, analyte=analyte) == Decimal(expected)


# grams per mole from standard atomic weights;
# urea nitrogen is two atoms of nitrogen a mole of urea
MOLAR_MASS = {
    "BILI": 584.66, "CREAT": 113.12, "CA": 40.078, "GLUC": 180.156, "MG": 24.305, "PHOS": 30.974,
    "URATE": 168.11, "CHOL": 386.65, "TRIG": 885.4, "UREAN": 28.014,
}  # fmt: skip


@pytest.mark.independent("molar masses")
@pytest.mark.parametrize("analyte", sorted(MOLAR_MASS))
def test_mass_to_amount_agrees_with_the_molar_mass(analyte: str) -> None:
    factor = conversion_factor(from_unit="mg/dL", to_unit="mmol/L", analyte=analyte)
    expected = 10 / MOLAR_MASS[analyte]
    assert float(factor) == pytest.approx(expected, rel=2e-3)


@pytest.mark.unvalidated
def test_haemoglobin_in_amount_of_substance_is_refused_because_of_its_two_conventions() -> None:
    with pytest.raises(UnitError, match="per monomer or per tetramer"):
        convert(Decimal("9.0"), from_unit="g/dL", to_unit="mmol/L", analyte="HGB")
    assert convert(Decimal("9.0"), from_unit="g/dL", to_unit="g/L", analyte="HGB") == 90


@pytest.mark.independent("inverse and composition")
def test_every_row_has_its_inverse() -> None:
    for (analyte, start, end), factor in TABLE.items():
        assert TABLE[analyte, end, start] * factor == 1


@pytest.mark.independent("inverse")
@given(st.decimals(min_value=0, max_value=10**6, places=6), st.sampled_from(sorted(TABLE)))
def test_there_and_back(value: Decimal, row: tuple[str, str, str]) -> None:
    analyte, start, end = row
    there = convert(value, from_unit=start, to_unit=end, analyte=analyte)
    back = convert(there, from_unit=end, to_unit=start, analyte=analyte)
    assert abs(back - value) <= value * Decimal("1e-30")


@pytest.mark.unvalidated
@pytest.mark.parametrize(
    ("analyte", "start", "end"),
    [
        ("", "mg/dL", "umol/L"),
        ("CA125", "U/mL", "ng/mL"),
        ("CA125", "U/L", "ukat/L"),
        ("BILI", "mg/dL", "U/L"),
        ("", "Bq", "/min"),
        ("ALB", "g/L", "umol/L"),
        ("", "kg", "L"),
    ],
)
def test_no_way_is_no_number(analyte: str, start: str, end: str) -> None:
    with pytest.raises(UnitError, match="no conversion"):
        convert(Decimal(1), from_unit=start, to_unit=end, analyte=analyte)


@pytest.mark.unvalidated
@pytest.mark.parametrize(
    ("unit", "message"), [("", "no unit"), ("furlong", "not known"), ("u/ml", "not known"), ("MG/DL", "not known")]
)
def test_unknown_unit_is_an_error_even_between_equals(unit: str, message: str) -> None:
    with pytest.raises(UnitError, match=message):
        convert(Decimal(1), from_unit=unit, to_unit=unit)
    assert not is_known(unit)


@pytest.mark.unvalidated
def test_aliases_lead_to_units_of_the_table() -> None:
    assert {alias: target for alias, target in ALIASES.items() if target not in UNITS} == {}
    assert set(ALIASES) & UNITS == set()
    assert canonical_unit("[arb'U]/mL") == canonical_unit("IU/mL") == "U/mL"
    assert canonical_unit("\u00b5mol/L") == canonical_unit("\u03bcmol/L") == "umol/L"


@pytest.mark.unvalidated
def test_a_finite_factor_stays_exact() -> None:
    assert conversion_factor(from_unit="mg/dL", to_unit="umol/L", analyte="BILI") == Fraction(171, 10)
    assert convert(Decimal("0.1"), from_unit="g/dL", to_unit="g/L") == Decimal("1.0")
