"""``python -m benchmarks [NAME …]``: times and ratios; exit code 1 when a peer's answer, or the truth, differs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping

from benchmarks import (
    allocation,
    competing,
    gcig,
    kelim_calibration,
    kelim_map,
    kelim_recovery,
    recovery,
    response,
    run_path,
    screening,
    survival,
)
from benchmarks.measure import Comparison

BENCHMARKS: Mapping[str, Callable[[], Iterable[Comparison]]] = {
    "survival": survival.comparisons,
    "competing": competing.comparisons,
    "allocation": allocation.comparisons,
    "screening": screening.comparisons,
    "response": response.comparisons,
    "run": run_path.comparisons,
    "recovery": recovery.comparisons,
    "kelim-map": kelim_map.comparisons,
    "kelim-recovery": kelim_recovery.comparisons,
    "kelim-calibration": kelim_calibration.comparisons,
    "gcig": gcig.comparisons,
}


def line(found: Comparison) -> str:
    """One comparison as a line of the table."""
    peer = f"{found.peer} {found.peer_seconds:.4g} s, × {found.ratio:.1f}" if found.peer_seconds else "no peer"
    verdict = "" if found.agrees else f"  DIFFERS by {found.difference:.1e}"
    budget = ""
    if found.budget_seconds is not None:
        word = "within" if found.ours_seconds <= found.budget_seconds else "OVER"
        budget = f"  {word} the budget of {found.budget_seconds:g} s"
    return f"{found.task:<62} n {found.rows:>9,}  ours {found.ours_seconds:8.4g} s  {peer}{budget}{verdict}"


def main(names: list[str]) -> int:
    """Run the named benchmarks, or all of them."""
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    wrong = 0
    for name in names or BENCHMARKS:
        for found in BENCHMARKS[name]():
            print(line(found), flush=True)
            wrong += not found.agrees
    print(f"{wrong} answers differ from a peer, the truth or a budget" if wrong else "all answers agree")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
