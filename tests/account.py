"""The account tests run under, for a while without the superuser's right to pass over file modes."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager

LINUX_CAPABILITY_VERSION_3 = 0x20080522
DAC_OVERRIDE, DAC_READ_SEARCH = 1, 2


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Sets(ctypes.Structure):
    """Effective, permitted and inheritable capabilities 0 to 31 and 32 to 63."""

    _fields_ = (("bits", (ctypes.c_uint32 * 3) * 2),)


def _call(name: str, header: _Header, sets: _Sets) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(ctypes.byref(header), ctypes.byref(sets)) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), name)


@contextmanager
def bound_by_modes() -> Iterator[None]:
    """This thread obeys file modes as any owner does, even where it is the superuser's."""
    if os.geteuid() != 0:
        yield
        return
    header, sets = _Header(LINUX_CAPABILITY_VERSION_3, 0), _Sets()
    _call("capget", header, sets)
    held = sets.bits[0][0]
    sets.bits[0][0] = held & ~(1 << DAC_OVERRIDE | 1 << DAC_READ_SEARCH)
    _call("capset", header, sets)
    try:
        yield
    finally:
        sets.bits[0][0] = held
        _call("capset", header, sets)
