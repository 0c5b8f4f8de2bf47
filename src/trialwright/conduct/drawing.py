"""Pictures drawn beside the run, by a process that waits for charts on its input."""

from __future__ import annotations

import atexit
import json
import os
import sys
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from pathlib import Path
from signal import SIG_IGN, SIGINT, signal
from subprocess import DEVNULL, PIPE, Popen
from typing import IO, Final

from trialwright.report.engine import SAMPLE, Drawing, Engine, at_once, svg_of

__all__ = ["OWN_LETTERS", "DrawingProcess", "drawing_engine", "serve"]

_BLOCKS: Final = ((0x20, 0x7E), (0xA0, 0xAC), (0xAE, 0x17F), (0x391, 0x3A1), (0x3A3, 0x3CE))
OWN_LETTERS: Final = frozenset(chr(code) for first, last in _BLOCKS for code in range(first, last + 1)) | frozenset(
    "–—‘’‚“”„†‡•…‰′″‹›€™←↑→↓↔∂∆∏∑−√∞∫≈≠≤≥"
)
"""Letters of the font that comes with the drawing library."""

_NO_FONTS: Final = Path(__file__).with_name("drawing_fonts.conf")
_FEWEST_PROCESSORS: Final = 2


class DrawingProcess:
    """A process that draws while this one goes on; drawing holds the interpreter, so that a thread would not do.

    Parameters
    ----------
    environment : mapping of str to str
        Its environment variables.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        command = [sys.executable, "-P", "-X", "utf8", "-m", "trialwright.conduct.drawing"]
        self._process: Popen[str] | None = None
        with suppress(OSError):
            self._process = Popen(
                command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, encoding="utf-8", env=dict(environment)
            )
        self._asking = ThreadPoolExecutor(1)

    def draw(self, chart: str) -> Drawing:
        """Have a chart drawn, after those asked for before.

        Parameters
        ----------
        chart : str
            Vega-Lite in JSON, on one line.

        Returns
        -------
        callable
            Waits for the SVG. Where the process has failed, the chart is drawn here, so that the picture or the error
            is the same.
        """
        return self._asking.submit(self._drawn, chart).result

    def close(self) -> None:
        """End the process, once everything that was asked for is drawn."""
        self._asking.shutdown()
        process = self._process
        if process is None:
            return
        process.terminate()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            with suppress(OSError):  # what a failed process has not read is lost with it
                if pipe is not None:
                    pipe.close()

    def _drawn(self, chart: str) -> str:
        return self._answer(chart) or svg_of(chart)

    def _answer(self, chart: str) -> str:
        """The picture, or nothing when the process has failed."""
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            return ""
        try:
            process.stdin.write(chart + "\n")
            process.stdin.flush()
            line = process.stdout.readline()
        except OSError:
            return ""
        return str(json.loads(line)) if line.endswith("\n") else ""


def drawing_engine() -> Engine:
    """Return what draws the pictures of a run: a process that stays until this one ends, started by the first call.

    Returns
    -------
    callable
        Where there is one processor, every chart is drawn at once in this process.

    Notes
    -----
    Words are measured with the font of the drawing library, the same on every machine; the fonts of the machine would
    be opened anew for every letter. A chart with other letters goes to a second process that knows them.
    """
    if not sys.executable or _processors() < _FEWEST_PROCESSORS:
        return at_once
    _process(own_letters=True)
    return _drawn_beside


def serve(charts: Iterable[str], answers: IO[str]) -> None:
    """Answer every chart with its picture, after having started what draws.

    Parameters
    ----------
    charts : iterable of str
        One chart a line.
    answers : text file
        Where the SVG of each goes, as JSON on one line; empty where a chart cannot be drawn.
    """
    svg_of(SAMPLE)
    for chart in charts:
        try:
            svg = svg_of(chart)
        except ValueError:
            svg = ""
        answers.write(json.dumps(svg) + "\n")
        answers.flush()


def _drawn_beside(chart: str) -> Drawing:
    return _process(own_letters=chart.isascii() or OWN_LETTERS.issuperset(chart)).draw(chart)


@cache
def _process(*, own_letters: bool) -> DrawingProcess:
    fonts = {"FONTCONFIG_FILE": str(_NO_FONTS)} if own_letters else {}
    process = DrawingProcess({**os.environ, **fonts})
    atexit.register(process.close)
    return process


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _main() -> None:
    signal(SIGINT, SIG_IGN)  # an interrupted run ends it
    # Answers go to a copy of the output, so that nothing a library says can be taken for one.
    with os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8") as answers:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        serve(sys.stdin, answers)


if __name__ == "__main__":
    _main()
