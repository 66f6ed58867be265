"""All cases: those that need no files, or those of a folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoplan.bench.generated import generated_cases
from geoplan.bench.published import published_cases
from geoplan.errors import ProblemError, near_match

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from geoplan.bench.case import Case


def all_cases(folder: Path | None) -> list[Case]:
    """The generated cases, or the published ones of a folder."""
    return generated_cases() if folder is None else published_cases(folder)


def find_case(folder: Path | None, family: str, name: str) -> Case:
    """One case by its family and name."""
    return next(case for case in all_cases(folder) if (case.family, case.name) == (family, name))


def select_cases(folder: Path | None, *, families: Collection[str] = (), names: Collection[str] = ()) -> list[Case]:
    """Cases of some families (default all) and some names (default all).

    Args:
        names: of a case (`rl1304-5`) or of all cases that begin with it and a dash (`rl1304`).

    Raises:
        ProblemError: there is no such family or name.
    """
    cases = all_cases(folder)
    for kind, wanted, known in (
        ("family", families, {case.family for case in cases}),
        ("case", names, {case.name for case in cases} | {case.name.rpartition("-")[0] for case in cases} - {""}),
    ):
        for each in wanted:
            if each not in known:
                listed = f" Known: {', '.join(sorted(known))}." if kind == "family" else ""
                raise ProblemError(f"There is no {kind} {each!r}.{near_match(each, known)}{listed}")
    return [
        case
        for case in cases
        if (not families or case.family in families)
        and (not names or any(case.name == each or case.name.startswith(f"{each}-") for each in names))
    ]
