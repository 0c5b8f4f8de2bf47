"""Plain data written and read again are the same, whatever letters they hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialwright.protocol.plain import Plain
from trialwright.protocol.yaml_nodes import read_tree
from trialwright.protocol.yaml_text import written

pytestmark = pytest.mark.unvalidated

LETTERS = st.characters(exclude_categories=["Cs"])
WORDS = st.one_of(
    st.text(LETTERS, max_size=20),
    st.sampled_from(
        ["yes", "null", "~", "0012", "1e5", "12", "2.0", "true", "a: b", "a #b", "- x", "2025-12-15", "≥ 5", "it's"]
    ),
)
KEYS = st.text("abcdef_", min_size=1, max_size=6)
PLAIN = st.recursive(
    st.one_of(st.booleans(), st.integers(-(10**12), 10**12), WORDS),
    lambda below: st.one_of(
        st.lists(below, min_size=1, max_size=4), st.dictionaries(KEYS, below, min_size=1, max_size=4)
    ),
    max_leaves=12,
)


@given(st.dictionaries(KEYS, PLAIN, min_size=1, max_size=4))
def test_what_is_written_is_read_again(plain: dict[str, Plain]) -> None:
    assert read_tree(written(plain), name="x.yaml").plain == plain


def test_entries_with_parts_take_lines_of_their_own() -> None:
    plain: Plain = {"a": [{"id": "I1", "text": "x" * 120}, "y"], "b": {"c": 1}}
    assert written(plain) == f"a:\n  - id: I1\n    text: {'x' * 120}\n  - y\nb: {{c: 1}}\n"
