"""Contacts of persons: which keys hold them, and e-mail addresses and telephone numbers in running text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Final

__all__ = ["MARK", "is_contact", "without_contacts"]

MARK: Final = "[contact removed]"
"""What stands where an e-mail address or a telephone number was taken out."""

_KEYS: Final = frozenset({"overallofficials", "investigatorfullname", "investigatortitle", "oldnametitle"})
_KEY = re.compile(r"(?:contacts?|(?:tele)?phone(?:ext)?|mobile|fax|e_?mail(?:address)?)", re.IGNORECASE)
_EMAIL = re.compile(r"[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")
_PHONE = re.compile(
    r"(?<![\w./+-])(?:"
    r"\+\d{1,3}[ .-]?(?:\(\d{1,4}\)[ .-]?)?\d{1,4}(?:[ .-]?\d{2,4}){1,4}"
    r"|(?:1[ .-])?\(\d{3}\)[ .-]?\d{3}[.-]\d{4}"
    r"|(?:1-)?\d{2,3}-\d{3,4}-\d{4}"
    r"|(?:1\.)?\d{3}\.\d{3}\.\d{4}"
    r")(?![\w-])"
)


def is_contact(keys: Sequence[str]) -> bool:
    """Whether a value stands under a key that holds contacts of persons.

    Parameters
    ----------
    keys : sequence of str
        Keys from the root down to the value; places in lists left out.

    Returns
    -------
    bool
        True for the registry's own contact keys and for unknown ones that end in the same words.

    Examples
    --------
    >>> is_contact(["contactsLocationsModule", "locations", "city"]), is_contact(["locations", "contacts", "role"])
    (False, True)
    """
    return any(_is_contact_key(key) for key in keys)


@cache
def _is_contact_key(key: str) -> bool:
    return key.casefold() in _KEYS or _ends_as_contact(key)


def _ends_as_contact(key: str) -> bool:
    parts = re.split(r"(?<=[a-z0-9])(?=[A-Z])|_", key)
    return any(_KEY.fullmatch("".join(parts[-length:])) for length in (1, 2))


def without_contacts(text: str) -> tuple[str, int]:
    """Text without e-mail addresses and telephone numbers, and how many were taken out.

    Parameters
    ----------
    text : str
        Any text. Telephone numbers are looked for in running text only, so that an identifier is left alone.

    Returns
    -------
    tuple of str and int
        The text with `MARK` in their place, and their number.

    Examples
    --------
    >>> without_contacts("Write to ab@example.org or call 800-555-0100.")
    ('Write to [contact removed] or call [contact removed].', 2)
    """
    found, mails = _EMAIL.subn(MARK, text)
    if not re.search(r"\s", text):
        return found, mails
    found, phones = _PHONE.subn(MARK, found)
    return found, mails + phones
