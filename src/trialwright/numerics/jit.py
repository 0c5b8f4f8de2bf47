"""Compilation of numeric loops, with a cache that survives an unwritable installation.

Rules for every compiled function of this package (they are kept by a test):

* it takes its constants as arguments and reads no module-level name but ``np``, ``math`` and functions of its own file;
* it calls only compiled functions of its own file, because the compiler's cache watches one file at a time and would
  otherwise go on giving the figure of a constant that has since been changed.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from typing import TypeVar, cast

import numba
from numba.core import config as numba_config

__all__ = ["kernel"]

F = TypeVar("F", bound=Callable[..., object])

# One private directory a process, removed when the process ends; made only when no lasting cache can be written.
_TEMPORARY_CACHE: list[tempfile.TemporaryDirectory[str]] = []


def kernel(function: F) -> F:
    """The same function, compiled on first use and kept in a cache on disk.

    Parameters
    ----------
    function : callable
        Numeric loop over arrays; see the rules at the top of this module.

    Returns
    -------
    callable
        Compiled function with the same signature (the function itself when the compiler is switched off).

    Notes
    -----
    Where neither the installation nor the user's own cache directory can be written, the cache is a temporary
    directory of this process: slower to start, same figures. A kernel lets other Python threads run meanwhile, so
    independent subjects can be handed to several threads.

    Examples
    --------
    >>> import numpy as np
    >>> from trialwright.numerics.survival import survival_curve
    >>> survival_curve(np.array([1.0, 2.0]), np.array([1, 1])).surv.tolist()
    [0.5, 0.0]
    """
    try:
        return cast("F", numba.njit(cache=True, nogil=True)(function))
    except RuntimeError:
        # numba says "no locator available" when it finds no directory it may write to.
        vars(numba_config)["CACHE_DIR"] = _temporary_cache_directory()
        return cast("F", numba.njit(cache=True, nogil=True)(function))


def _temporary_cache_directory() -> str:
    if not _TEMPORARY_CACHE:
        _TEMPORARY_CACHE.append(tempfile.TemporaryDirectory(prefix="trialwright-kernels-"))
    return _TEMPORARY_CACHE[0].name
