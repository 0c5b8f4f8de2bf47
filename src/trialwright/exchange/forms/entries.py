"""The columns of one fact on a form, and the table row its answer becomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from trialwright.exchange.forms.fields import DATE, Entry, Field, FieldKind
from trialwright.model.asked import Asked
from trialwright.model.items import DATE_COLUMNS, Place
from trialwright.model.study import ROLES, Item, Study
from trialwright.model.tables import TABLES, Column

__all__ = ["FormPart", "form_part"]

_FINDINGS: Final = ("FA", "LB", "QS", "VS", "RS", "SS", "SC", "TU", "TR", "XP", "XD")
"""Tables of what is established on a day; rows of the others are dated by what happened."""

_MILESTONES: Final = ("INFORMED CONSENT OBTAINED", "ELIGIBILITY CRITERIA MET", "ENTERED INTO TRIAL", "RANDOMIZED")
_DATE_HINT: Final = "2026-03-18, or the part that is known: 2026-03, 2026"
_YES_NO: Final = (("Y", "yes"), ("N", "no"))
_KINDS: Final[Mapping[str, FieldKind]] = {"date": "date", "int": "number", "measure": "number", "code": "code"}


@dataclass(frozen=True, slots=True)
class FormPart:
    """The columns of one fact, and what its answer becomes.

    Parameters
    ----------
    fields : tuple of Field
        Columns, that of the answer first.
    entry : Entry
        The table row.

    Examples
    --------
    >>> FormPart((), Entry("x", "FA", (), ())).fields
    ()
    """

    fields: tuple[Field, ...]
    entry: Entry


def form_part(study: Study, asked: Asked, responses: Mapping[str, tuple[str, ...]]) -> FormPart:
    """Columns and table row of one fact.

    Parameters
    ----------
    study : Study
        The study.
    asked : Asked
        The fact.
    responses : mapping of str to tuple of str
        Response criteria to the responses they know.

    Returns
    -------
    FormPart
        The answer's column, behind it unit, upper limit, role, dates and "not done" as far as the table has room for
        them.
    """
    if asked.kind == "response":
        return _response(study, asked, responses)
    item, place = study.items[asked.name], asked.places[0]
    writing = _Writing(asked, item, place)
    return writing.dated() if item.is_ == "date" else writing.valued()


def _response(study: Study, asked: Asked, responses: Mapping[str, tuple[str, ...]]) -> FormPart:
    place, names = asked.places[0], ", ".join((asked.name, *asked.also))
    terms = tuple((code, "") for code in responses.get(study.series(asked.name).criteria, ()))
    hint = f"as judged by the {asked.by.lower()}; for {names}; NE when it could not be judged"
    field = Field(asked.name, asked.ask, hint, "code", terms, is_closed=bool(terms))
    fixed = tuple((column, codes[0]) for column, codes in place.where)
    return FormPart((field,), Entry(asked.name, "RS", fixed, ((asked.name, place.column), (DATE, "RSDTC"))))


@dataclass(frozen=True, slots=True)
class _Writing:
    """One item on its way onto a form."""

    asked: Asked
    item: Item
    place: Place

    @property
    def name(self) -> str:
        return self.asked.name

    @property
    def columns(self) -> Mapping[str, Column]:
        return TABLES[self.place.domain].by_name

    def dated(self) -> FormPart:
        """A date: the row is dated by the answer itself, unless the item names another column for that."""
        place = self.place
        lead = Field(self.name, self.item.ask, _DATE_HINT, "date")
        parts = [(self.name, place.column)]
        if place.date_column != place.column:
            parts.append((DATE, place.date_column))
        said = (("FASTRESC", "Y"),) if place.domain == "FA" and "FASTRESC" not in dict(place.where) else ()
        return self._part([lead], parts, [], said)

    def valued(self) -> FormPart:
        """A value with what belongs to it."""
        place, column = self.place, self.columns.get(self.place.column)
        kind: FieldKind = "number" if self.item.is_ == "number" else "text" if self.item.is_ == "text" else "code"
        terms = tuple((self.item.values or {}).items()) if self.item.is_ == "code" else ()
        terms = _YES_NO if self.item.is_ == "attestation" else terms
        fields = [Field(self.name, self.item.ask, self._hint(), kind, terms)]
        parts, needed, fixed = [(self.name, place.column)], [], []
        if place.domain in _FINDINGS:
            parts.append((DATE, place.date_column))
        else:
            fields += self._own_dates(parts)
        if column is not None and column.unit and self.item.is_ == "number":
            if self.item.unit == "1":
                fixed.append((column.unit, "1"))
            else:
                offered = ((self.item.unit, ""),) if self.item.unit else ()
                fields.append(Field(f"{self.name}.unit", "Unit", "as the laboratory wrote it", "code", offered, False))
                parts.append((f"{self.name}.unit", column.unit))
                needed.append(f"{self.name}.unit")
        if place.domain == "LB":
            hint = "upper limit printed beside this result, in its unit"
            fields.append(Field(f"{self.name}.upper", "Upper limit of normal", hint, "number"))
            parts.append((f"{self.name}.upper", "LBORNRHI"))
        if self.item.is_ == "attestation":
            roles = tuple((role.upper(), role) for role in sorted(ROLES, key=lambda role: role != self.item.by))
            fields.append(Field(f"{self.name}.by", "Answered by", f"the {self.item.by} is entitled", "code", roles))
            parts.append((f"{self.name}.by", f"{place.domain}EVAL"))
            needed.append(f"{self.name}.by")
        return self._part(fields, parts, needed, tuple(fixed))

    def _hint(self) -> str:
        said = {
            "number": "number as it was written; <5 and >1000 are allowed",
            "attestation": f"Y or N, answered by the {self.item.by}",
            "code": "; ".join(f"{code}: {label}" for code, label in (self.item.values or {}).items()),
        }.get(self.item.is_, "")
        unit = f"; in {self.item.unit}" if self.item.unit and self.item.unit != "1" else ""
        more = "; a row for each" if self.item.take == "all" else ""
        return f"{said}{unit}{more}"

    def _own_dates(self, parts: list[tuple[str, str]]) -> list[Field]:
        """Dates of what happened, for tables whose rows are not dated by the day of the form."""
        found: list[Field] = []
        for column in self.columns.values():
            if column.kind == "date" or column.name == f"{self.place.domain}ENRTPT":
                terms = tuple((term, "") for term in column.terms)
                kind, hint = _KINDS[column.kind], _DATE_HINT if column.kind == "date" else ""
                found.append(Field(f"{self.name}.{column.name}", column.label, hint, kind, terms))
                parts.append((f"{self.name}.{column.name}", column.name))
        return found

    def _part(
        self,
        fields: list[Field],
        parts: list[tuple[str, str]],
        needed: list[str],
        fixed: tuple[tuple[str, str], ...],
    ) -> FormPart:
        domain, table = self.place.domain, TABLES[self.place.domain]
        held = [*fixed]
        for column, codes in self.place.where:
            if len(codes) == 1:
                held.append((column, codes[0]))
            else:
                fields.append(self._more(column, tuple((code, "") for code in codes)))
                parts.append((f"{self.name}.{column}", column))
                needed.append(f"{self.name}.{column}")
        if domain == "DS" and dict(held).get("DSDECOD") in _MILESTONES and "DSCAT" not in dict(held):
            held.append(("DSCAT", "PROTOCOL MILESTONE"))
        there = {column for column, _ in held} | {column for _, column in parts} | set(table.key)
        for own in table.columns:
            if own.required and own.name not in there:
                fields.append(self._more(own.name, tuple((term, "") for term in own.terms)))
                parts.append((f"{self.name}.{own.name}", own.name))
                needed.append(f"{self.name}.{own.name}")
        undone, undone_as, reason = self._undone()
        if undone:
            words = "empty means: not known yet"
            fields.append(
                Field(undone, "Not done?", words, "code", (("NOT DONE", "it was tried, or is not to be had"),))
            )
        entry = Entry(
            self.name, domain, tuple(held), tuple(parts), tuple(needed), undone, undone_as, reason,
            *self._link(fields),
        )  # fmt: skip
        return FormPart(tuple(fields), entry)

    def _more(self, name: str, terms: tuple[tuple[str, str], ...]) -> Field:
        column = self.columns.get(name)
        kind = _KINDS.get(column.kind, "text") if column else "text"
        return Field(f"{self.name}.{name}", column.label if column else name, "", kind, terms, bool(terms))

    def _undone(self) -> tuple[str, tuple[tuple[str, str], ...], str]:
        domain, named = self.place.domain, set(self.columns)
        status = f"{domain}STAT"
        if status in named and self.item.is_ != "date":
            return f"{self.name}.undone", ((status, "NOT DONE"),), _in(f"{domain}REASND", named)
        if domain == "PR" and dict(self.place.where).get("PROCCUR") == ("Y",):
            return f"{self.name}.undone", (("PROCCUR", "N"),), "PRREASND"
        return "", (), ""

    def _link(self, fields: list[Field]) -> tuple[Entry | None, str]:
        """A graded complication brings its adverse event along; what an operation left belongs to the operation."""
        test = dict(self.place.where).get("FATESTCD", ("",))[0] if self.place.domain == "FA" else ""
        if test == "CLAVIEN":
            key = f"{self.name}.AETERM"
            fields.insert(1, Field(key, "What happened", "in your own words", "text"))
            return Entry(self.name, "AE", (), ((key, "AETERM"), (DATE, DATE_COLUMNS["AE"]))), ""
        return None, "PR" if test == "RESIDUAL" else ""


def _in(name: str, names: set[str]) -> str:
    return name if name in names else ""
