"""``make canary``: judge every broken line of the list and print a table."""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from pathlib import Path

from tests.canary.flock import CanaryError, judge_all, read_mutants


def main() -> int:
    """Exit code: 0 all red, 1 some survived, 2 the list or the tree is wrong."""
    parser = argparse.ArgumentParser(description="Break named lines one at a time; each must turn tests red.")
    parser.add_argument("ids", nargs="*", help="only these")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    chosen = parser.parse_args()
    here = Path(__file__).resolve()
    try:
        mutants = read_mutants(here.with_name("mutants.toml"))
        if unknown := set(chosen.ids) - {mutant.id for mutant in mutants}:
            raise CanaryError(f"no mutant named {', '.join(sorted(unknown))}")
        if chosen.ids:
            mutants = tuple(mutant for mutant in mutants if mutant.id in chosen.ids)
        count: Counter[str] = Counter()
        print(f"{len(mutants)} broken lines; first the unbroken tree", flush=True)
        for outcome in judge_all(here.parents[2], mutants, jobs=chosen.jobs):
            count[outcome.verdict] += 1
            mutant = outcome.mutant
            print(f"{outcome.verdict:<8} {outcome.seconds:6.1f} s  {mutant.id:<34} {mutant.meaning}", flush=True)
            if outcome.verdict != "red":
                print(f"         {mutant.file}: {outcome.note}", flush=True)
    except CanaryError as wrong:
        print(wrong, file=sys.stderr)
        return 2
    print(f"{count['red']} red, {count['SURVIVED']} survived, {count['ERROR']} in error")
    return 2 if count["ERROR"] else int(count["SURVIVED"] > 0)


if __name__ == "__main__":
    sys.exit(main())
