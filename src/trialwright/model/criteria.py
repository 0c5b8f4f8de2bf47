"""Eligibility as data: a closed list of criterion kinds that nest into a tree."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Discriminator, Field, Tag

from trialwright.model.statement import Stated, Strict
from trialwright.model.values import Bound, CriterionId, Name, Window

__all__ = [
    "COMPARATORS",
    "NODE_KINDS",
    "Age",
    "All",
    "Any_",
    "Attest",
    "AtLeastOf",
    "Comparison",
    "Criterion",
    "Exclusion",
    "History",
    "HistoryOf",
    "If",
    "Inclusion",
    "Interval",
    "IntervalBetween",
    "ItemIs",
    "Lab",
    "Lesions",
    "LesionsTake",
    "Node",
    "NodeBase",
    "Not",
    "Note",
    "QuantityIs",
    "QuantityOf",
    "Response",
    "ResponseOf",
    "Score",
    "Sex",
    "children_of",
]

COMPARATORS: Final = ("at_least", "at_most", "above", "below", "between", "in", "equals")
NODE_KINDS: Final = (
    "all", "any", "not", "of", "if", "item", "lab", "interval", "lesions", "history", "quantity", "score", "response",
    "age", "sex", "attest", "note",
)  # fmt: skip


def node_kind(value: object) -> str | None:
    """The one kind key of a criterion node.

    Parameters
    ----------
    value : object
        A mapping as loaded, or a node already built.

    Returns
    -------
    str or None
        The kind, or None when the mapping has none or several.

    Examples
    --------
    >>> node_kind({"sex": "F"})
    'sex'
    """
    if isinstance(value, NodeBase):
        return value.kind
    if not isinstance(value, dict):
        return None
    kinds = [kind for kind in NODE_KINDS if kind in value]
    return kinds[0] if len(kinds) == 1 else None


def _node_tag(value: object) -> str | None:
    kind = node_kind(value)
    return kind and f"({kind})"


class Comparison(Strict):
    """Bounds a fact is held against; the key carries the strictness.

    Parameters
    ----------
    at_least, at_most, above, below : str, optional
        ``>=``, ``<=``, ``>`` and ``<``, as written.
    between : tuple of two str, optional
        Both ends inside.
    in_ : tuple of str, optional
        Codes.
    equals : str, optional
        One code or number.

    Examples
    --------
    >>> Comparison(at_least="18").given
    ('at_least',)
    """

    at_least: Bound | None = None
    at_most: Bound | None = None
    above: Bound | None = None
    below: Bound | None = None
    between: tuple[Bound, Bound] | None = None
    in_: tuple[Bound, ...] | None = Field(default=None, alias="in", min_length=1)
    equals: Bound | None = None

    @property
    def given(self) -> tuple[str, ...]:
        """Names of the comparators that are stated."""
        return tuple(key for key in COMPARATORS if getattr(self, "in_" if key == "in" else key) is not None)


class NodeBase(Stated):
    """Keys every node of a criterion may carry.

    Parameters
    ----------
    id : str, optional
        Address of the node, when it has one of its own.
    text : str, optional
        Our wording.
    at : str or tuple of str, optional
        Gate or gates, inherited downward, nearest wins.
    within : Window, optional
        Time window, inherited downward, nearest wins.
    status : {"stated", "inferred"}
        ``inferred`` when the record lost the sign and the direction is our reading.

    Examples
    --------
    >>> Note(note="advice only").kind
    'note'
    """

    id: CriterionId | None = None
    text: str | None = None
    at: Name | tuple[Name, ...] | None = None
    within: Window | None = None
    status: Literal["stated", "inferred"] = "stated"

    @property
    def kind(self) -> str:
        """The node's kind key."""
        return next(
            kind for kind in NODE_KINDS if kind in type(self).model_fields or f"{kind}_" in type(self).model_fields
        )


class All(NodeBase):
    """True when every child is."""

    all_: tuple[Node, ...] = Field(alias="all", min_length=1)


class Any_(NodeBase):  # noqa: N801 - the kind is called any
    """True when at least one child is."""

    any_: tuple[Node, ...] = Field(alias="any", min_length=1)


class Not(NodeBase):
    """True when the child is false."""

    not_: Node = Field(alias="not")


class AtLeastOf(NodeBase):
    """True when enough, or few enough, of the children are true."""

    of: tuple[Node, ...] = Field(min_length=1)
    at_least: int | None = None
    at_most: int | None = None


class If(NodeBase):
    """True when the condition is false or the consequence true."""

    if_: Node = Field(alias="if")
    then: Node


class ItemIs(NodeBase, Comparison):
    """The value of a code or number item compared."""

    item: Name
    pick: Literal["latest", "first", "highest", "lowest", "any", "all"] = "latest"


class Lab(NodeBase, Comparison):
    """A laboratory value compared, absolutely, with its own upper limit of normal, or both."""

    lab: Name
    pick: Literal["latest", "first", "highest", "lowest", "any", "all"] = "latest"
    x_uln: Comparison | None = None
    governing: Literal["value", "x_uln"] | None = None


class IntervalBetween(Strict):
    """The two dates an interval runs between."""

    from_: Name = Field(alias="from")
    to: Name


class Interval(NodeBase, Comparison):
    """The calendar interval between two dates compared."""

    interval: IntervalBetween


class LesionFilter(Strict):
    """Which lesions count, by imaging method and location."""

    method: tuple[str, ...] | None = None
    location: tuple[str, ...] | None = None


class LesionsTake(Strict):
    """What is taken from the lesions of the latest matching examination."""

    take: Literal["count", "largest", "sum", "organs"]
    on: LesionFilter | None = None
    group: str | None = None
    dimension: Literal["longest", "short axis", "enhancing"] = "longest"
    reviewed: Name | None = None


class Lesions(NodeBase, Comparison):
    """Number, organs, largest or summed size of lesions compared."""

    lesions: LesionsTake


class HistoryOf(Strict):
    """Which rows of a history count, and what closes its world."""

    of: Name
    values: tuple[str, ...] | None = None
    except_: tuple[str, ...] | None = Field(default=None, alias="except")
    ongoing: bool = False
    reviewed: Name | None = None


class History(NodeBase):
    """True when the history holds a matching row, false only after a complete review."""

    history: HistoryOf


class QuantityOf(Strict):
    """One output of a dose plan or marker under given values, by its name."""

    of: Name
    name: Name
    given: dict[str, Bound] | None = None


class QuantityIs(NodeBase, Comparison):
    """A computed quantity compared."""

    quantity: QuantityOf


class Score(NodeBase, Comparison):
    """The value or the class of a score compared."""

    score: Name
    part: Literal["value", "class"] = "value"


class ResponseOf(Strict):
    """Which response of which series."""

    of: Name
    take: Literal["latest", "best", "confirmed best", "worst"] = "latest"


class Response(NodeBase, Comparison):
    """A response of an assessment series or marker compared."""

    response: ResponseOf


class Age(NodeBase):
    """Completed years at the gate compared."""

    age: Comparison


class Sex(NodeBase):
    """Sex of the subject."""

    sex: Literal["F", "M"]


class Attest(NodeBase):
    """Answered yes by the named role."""

    attest: Name


class Note(NodeBase):
    """Always true; printed, and counts for nothing."""

    note: str = Field(min_length=1)


Node = Annotated[
    Annotated[All, Tag("(all)")]
    | Annotated[Any_, Tag("(any)")]
    | Annotated[Not, Tag("(not)")]
    | Annotated[AtLeastOf, Tag("(of)")]
    | Annotated[If, Tag("(if)")]
    | Annotated[ItemIs, Tag("(item)")]
    | Annotated[Lab, Tag("(lab)")]
    | Annotated[Interval, Tag("(interval)")]
    | Annotated[Lesions, Tag("(lesions)")]
    | Annotated[History, Tag("(history)")]
    | Annotated[QuantityIs, Tag("(quantity)")]
    | Annotated[Score, Tag("(score)")]
    | Annotated[Response, Tag("(response)")]
    | Annotated[Age, Tag("(age)")]
    | Annotated[Sex, Tag("(sex)")]
    | Annotated[Attest, Tag("(attest)")]
    | Annotated[Note, Tag("(note)")],
    Discriminator(
        _node_tag,
        custom_error_type="node_kind",
        custom_error_message="a criterion node has exactly one kind key: " + ", ".join(NODE_KINDS),
    ),
]


class Criterion(Stated):
    """One numbered statement of eligibility.

    Parameters
    ----------
    id : str
        Address, such as ``I2`` or ``E1.1``.
    text : str
        Our wording, printed.
    at : str or tuple of str, optional
        Gate or gates; the first declared gate when absent.
    within : Window, optional
        Time window for everything below.

    Examples
    --------
    >>> Inclusion.model_validate_json('{"id": "I4", "text": "Woman", "met_when": {"sex": "F"}}').when.kind
    'sex'
    """

    id: CriterionId
    text: str = Field(min_length=1)
    at: Name | tuple[Name, ...] | None = None
    within: Window | None = None


class Inclusion(Criterion):
    """An inclusion criterion with the predicate that meets it."""

    met_when: Node

    @property
    def when(self) -> Node:
        """The predicate."""
        return self.met_when


class Exclusion(Criterion):
    """An exclusion criterion with the predicate that excludes."""

    excluded_when: Node

    @property
    def when(self) -> Node:
        """The predicate."""
        return self.excluded_when


for _model in (All, Any_, Not, AtLeastOf, If, Inclusion, Exclusion):
    _model.model_rebuild()


def children_of(node: Node) -> tuple[Node, ...]:
    """The nodes directly below a node.

    Parameters
    ----------
    node : Node
        Any node.

    Returns
    -------
    tuple of Node
        Empty for a leaf.

    Examples
    --------
    >>> criterion = Inclusion.model_validate_json('{"id": "I1", "text": "x", "met_when": {"not": {"sex": "M"}}}')
    >>> [child.kind for child in children_of(criterion.when)]
    ['sex']
    """
    match node:
        case All():
            return node.all_
        case Any_():
            return node.any_
        case Not():
            return (node.not_,)
        case AtLeastOf():
            return node.of
        case If():
            return (node.if_, node.then)
        case _:
            return ()
