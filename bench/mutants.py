"""Print the score of the last `make mutants`: how many of the tried changes a test noticed, by file."""

import json
from collections import Counter
from pathlib import Path

from mutmut.stats import status_by_exit_code

MUTANTS = Path("mutants")
NOTICED = {"killed", "timeout", "segfault", "suspicious"}
NOT_TRIED = {"not checked", "skipped"}


def main() -> None:
    total: Counter[bool] = Counter()
    for meta in sorted(MUTANTS.rglob("*.meta")):
        codes = json.loads(meta.read_text())["exit_code_by_key"].values()
        found = [status_by_exit_code[code] for code in codes]
        score = Counter(status in NOTICED for status in found if status not in NOT_TRIED)
        if score:
            total += score
            print(line(str(meta.relative_to(MUTANTS)).removesuffix(".meta"), score))
    print(line("all", total))


def line(name: str, score: Counter[bool]) -> str:
    return f"{name:40} {score[True]:5} of {score.total():5} {score[True] / score.total():7.1%}"


if __name__ == "__main__":
    main()
