"""Names and versions of the program and of the libraries its figures rest on."""

from __future__ import annotations

import platform
from collections.abc import Mapping

import altair as alt
import numba
import numpy as np
import polars as pl
import pydantic
import scipy

from trialwright import __version__

__all__ = ["software"]


def software() -> Mapping[str, str]:
    """Versions, the program first.

    Returns
    -------
    mapping of str to str
        Name to version.

    Examples
    --------
    >>> next(iter(software()))
    'trialwright'
    """
    return {
        "trialwright": __version__,
        "Python": platform.python_version(),
        "polars": pl.__version__,
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "numba": numba.__version__,
        "pydantic": pydantic.VERSION,
        "altair": alt.__version__,
    }
