"""What every statement of a study file may carry beside itself: where it comes from, and a remark."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

__all__ = ["Assumption", "Inferred", "Recorded", "Source", "Sources", "Stated", "Strict", "source_kind"]


class Strict(BaseModel):
    """Base of all parts of a study file: strict types, frozen, unknown keys refused.

    Examples
    --------
    >>> Recorded.model_validate_json('{"record": "I2"}').record
    'I2'
    """

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", populate_by_name=True)


class Recorded(Strict):
    """The statement stands in the registry record, at an address or as a quoted fragment.

    Parameters
    ----------
    record : str
        Statement id (``I2``), dotted name (``enrollment.count``) or a fragment of the record's text.
    covers : tuple of str
        Keys of the same mapping this source speaks for; empty means all.

    Examples
    --------
    >>> Recorded(record="I2").covers
    ()
    """

    record: str = Field(min_length=1)
    covers: tuple[str, ...] = ()


class Inferred(Strict):
    """The statement was concluded from the record by us.

    Parameters
    ----------
    inferred : str
        What was concluded.
    from_ : str
        Address or fragment of the record it was concluded from.
    covers : tuple of str
        Keys of the same mapping this source speaks for; empty means all.

    Examples
    --------
    >>> Inferred(inferred="two arms", from_="I2").from_
    'I2'
    """

    inferred: str = Field(min_length=1)
    from_: str = Field(alias="from", min_length=1)
    covers: tuple[str, ...] = ()


class Assumption(Strict):
    """The statement is assumed; a confirmed study names why and by whom.

    Parameters
    ----------
    assumption : str
        Why it is assumed.
    by : str, optional
        Role of whoever assumed it.
    covers : tuple of str
        Keys of the same mapping this source speaks for; empty means all.

    Examples
    --------
    >>> Assumption(assumption="the record is silent").by is None
    True
    """

    assumption: str = Field(min_length=1)
    by: str | None = None
    covers: tuple[str, ...] = ()


def source_kind(value: object) -> str | None:
    """Kind of a source mapping or object, for telling the three apart.

    Parameters
    ----------
    value : object
        A mapping as loaded, or one of the three source classes.

    Returns
    -------
    str or None
        ``record``, ``inferred``, ``assumption``, or None when there is not exactly one of them.

    Examples
    --------
    >>> source_kind({"record": "I2"})
    'record'
    """
    if isinstance(value, Recorded | Inferred | Assumption):
        return next(kind for kind in ("record", "inferred", "assumption") if hasattr(value, kind))
    if not isinstance(value, dict):
        return None
    kinds = [kind for kind in ("record", "inferred", "assumption") if kind in value]
    return kinds[0] if len(kinds) == 1 else None


def _source_tag(value: object) -> str | None:
    kind = source_kind(value)
    return kind and f"({kind})"


Source = Annotated[
    Annotated[Recorded, Tag("(record)")]
    | Annotated[Inferred, Tag("(inferred)")]
    | Annotated[Assumption, Tag("(assumption)")],
    Discriminator(
        _source_tag,
        custom_error_type="source_kind",
        custom_error_message="a source has exactly one of the keys record, inferred, assumption",
    ),
]


def _one_or_many(value: object) -> str:
    return "(many)" if isinstance(value, list | tuple) else "(one)"


Sources = Annotated[
    Annotated[Source, Tag("(one)")] | Annotated[tuple[Source, ...], Tag("(many)")], Discriminator(_one_or_many)
]


class Stated(Strict):
    """A mapping of the study file that may carry its source and a remark.

    Parameters
    ----------
    source : Source or tuple of Source, optional
        Where the statement comes from; none means it is an assumption.
    remark : str, optional
        Free text, never evaluated.

    Examples
    --------
    >>> Stated().sources
    ()
    """

    source: Sources | None = None
    remark: str | None = None

    @property
    def sources(self) -> tuple[Recorded | Inferred | Assumption, ...]:
        """All sources given, in the order written."""
        if self.source is None:
            return ()
        return self.source if isinstance(self.source, tuple) else (self.source,)
