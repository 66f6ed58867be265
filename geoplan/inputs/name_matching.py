"""Schools without a place matched to places by name: scored, one to one, and left open wherever two fit alike.

Codes (学校标识码) go before names. A match is accepted only where it scores `ACCEPT`, and where neither another place
of the school nor another school of the place comes within `MARGIN`: identical names are never guessed.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from geoplan.inputs.duplicates import clusters
from geoplan.inputs.name_clues import ACCEPT, MARGIN, OFFER, Clue
from geoplan.inputs.name_scores import Score, compatible, score
from geoplan.types import natural_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from geoplan.inputs.name_scores import Named

SHOWN = 3
SAME_PLACE_M = 150.0
"""Places of one name within this distance are one place twice: a school and its gate."""
_NEAREST = 12
_CHUNK = 400
_CODE = 8


class Verdict(StrEnum):
    """What became of a school."""

    ACCEPTED = "accepted"
    SETTLED = "settled"
    NONE = "none"
    OPEN = "open"
    UNMATCHED = "unmatched"

    @property
    def zh(self) -> str:
        """In Chinese."""
        return {
            "accepted": "自动匹配",
            "settled": "人工确定",
            "none": "人工确定：无",
            "open": "待定",
            "unmatched": "未匹配",
        }[self.value]


@dataclass(frozen=True)
class Candidate:
    """A place that a school may be: its position among the places, and the score."""

    place: int
    score: Score


@dataclass(frozen=True)
class NameMatch:
    """One school.

    Attributes:
        school: its position among the schools.
        verdict: accepted or settled where `place` is one, else why it is none.
        place: position among the places, -1 for none.
        candidates: up to three, the best first; not empty where the verdict is accepted or open.
    """

    school: int
    verdict: Verdict
    place: int
    candidates: tuple[Candidate, ...] = ()


def match_names(
    schools: Sequence[Named],
    places: Sequence[Named],
    xy: NDArray[np.float64],
    *,
    settled: Mapping[str, str | None] | None = None,
) -> tuple[NameMatch, ...]:
    """Every school's place, one to one.

    Args:
        schools: those without a place; ids unique.
        places: candidates; ids unique.
        xy: of the places, in metres, shape (n, 2).
        settled: school id → place id, or None for a school that has no place here; goes before every score.

    Returns:
        One match a school, in their order.
    """
    pairs = _scored(schools, places)
    twins = _same_places(places, xy)
    by_hand = _by_hand(schools, places, settled or {})
    rivals: dict[int, list[tuple[float, int]]] = defaultdict(list)
    for school, found in pairs.items():
        for candidate in found:
            rivals[int(twins[candidate.place])].append((candidate.score.value, school))
    taken = {int(twins[match.place]) for match in by_hand.values() if match.place >= 0}
    matches = []
    for position in range(len(schools)):
        found = _best_first(pairs.get(position, []), places, twins)
        given = by_hand.get(position)
        if given is not None:
            matches.append(NameMatch(position, given.verdict, given.place, _with_chosen(found, given.place)))
        else:
            free = [candidate for candidate in found if int(twins[candidate.place]) not in taken]
            matches.append(_decided(position, free, rivals, twins, set(by_hand)))
    return tuple(matches)


def _by_hand(
    schools: Sequence[Named], places: Sequence[Named], settled: Mapping[str, str | None]
) -> dict[int, NameMatch]:
    at = {place.id: position for position, place in enumerate(places)}
    found = {}
    for position, school in enumerate(schools):
        if school.id in settled:
            wanted = settled[school.id]
            if wanted is None:
                found[position] = NameMatch(position, Verdict.NONE, -1)
            elif wanted in at:
                found[position] = NameMatch(position, Verdict.SETTLED, at[wanted])
    return found


def _with_chosen(found: list[Candidate], place: int) -> tuple[Candidate, ...]:
    """The candidates shown beside a decision, the chosen place first: its name is what the decision is held against."""
    if place < 0:
        return tuple(found[:SHOWN])
    scored = next((each.score for each in found if each.place == place), Score(0.0, ()))
    chosen = Candidate(place, Score(scored.value, (*scored.clues, Clue.BY_HAND)))
    return (chosen, *(each for each in found if each.place != place))[:SHOWN]


def _decided(
    school: int,
    found: list[Candidate],
    rivals: Mapping[int, list[tuple[float, int]]],
    twins: NDArray[np.int64],
    settled: set[int],
) -> NameMatch:
    """Accepted where it is good, and alone on both sides."""
    if not found or found[0].score.value < OFFER:
        return NameMatch(school, Verdict.UNMATCHED, -1, tuple(found[:SHOWN]))
    best = found[0]
    level = best.score.value - MARGIN
    clues = list(best.score.clues)
    if len(found) > 1 and found[1].score.value > level:
        clues.append(Clue.RIVAL_PLACE)
    others = (
        other for value, other in rivals.get(int(twins[best.place]), []) if value > level and other not in settled
    )
    if any(other != school for other in others):
        clues.append(Clue.RIVAL_SCHOOL)
    accepted = best.score.value >= ACCEPT and len(clues) == len(best.score.clues)
    shown = (Candidate(best.place, Score(best.score.value, tuple(clues))), *found[1:SHOWN])
    return NameMatch(school, Verdict.ACCEPTED if accepted else Verdict.OPEN, best.place if accepted else -1, shown)


def _best_first(found: list[Candidate], places: Sequence[Named], twins: NDArray[np.int64]) -> list[Candidate]:
    """By score; of one place that stands twice only the first."""
    ordered = sorted(found, key=lambda each: (-each.score.value, natural_key(places[each.place].id)))
    seen: dict[int, Candidate] = {}
    for candidate in ordered:
        seen.setdefault(int(twins[candidate.place]), candidate)
    return list(seen.values())


def _scored(schools: Sequence[Named], places: Sequence[Named]) -> dict[int, list[Candidate]]:
    """Candidates of each school: equal codes, equal cores, and the most similar ones."""
    pairs: dict[int, dict[int, float]] = defaultdict(dict)
    for mine, theirs, likeness in _similar(schools, places):
        pairs[mine][theirs] = likeness
    by_reading: dict[str, list[int]] = defaultdict(list)
    for position, place in enumerate(places):
        for reading in sorted(place.name.readings):
            by_reading[reading].append(position)
    codes = {place.id: position for position, place in enumerate(places) if len(place.id) >= _CODE}
    found: dict[int, list[Candidate]] = {}
    for position, school in enumerate(schools):
        for reading in sorted(school.name.readings):
            for place_at in by_reading.get(reading, ()):
                pairs[position][place_at] = 1.0
        scores = {
            place_at: score(school, places[place_at], likeness)
            for place_at, likeness in pairs[position].items()
            if compatible(school, places[place_at])
        }
        same = codes.get(school.id)
        if same is not None and compatible(school, places[same]):
            scores[same] = _of_code(scores.get(same) or score(school, places[same], 0.0))
        found[position] = [Candidate(place_at, each) for place_at, each in scores.items() if each.value > 0]
    return found


def _of_code(by_name: Score) -> Score:
    """One code is one school, unless the names say other campuses, or nothing alike."""
    doubtful = Clue.CAMPUS_OTHER in by_name.clues or by_name.value < OFFER / 2
    value = min(by_name.value, 0.85) if doubtful else 1.0
    return Score(max(value, OFFER), (Clue.SAME_CODE, *by_name.clues))


def _same_places(places: Sequence[Named], xy: NDArray[np.float64]) -> NDArray[np.int64]:
    """A label for each place; places of the same name next to each other share one."""
    known: dict[tuple[str, str, str], int] = {}
    parts = ((place.name.core, place.name.kind, place.name.campus) for place in places)
    key = np.array([known.setdefault(each, len(known)) for each in parts], dtype=np.int64)
    return clusters(xy, key, SAME_PLACE_M) if len(places) else key


def _similar(schools: Sequence[Named], places: Sequence[Named]) -> Iterator[tuple[int, int, float]]:
    """The most similar cores: signs and pairs of signs in common, the rare ones weighing more (tf-idf cosine)."""
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415  seconds to import

    wanted, known = [school.name.core for school in schools], [place.name.core for place in places]
    if not any(wanted) or not any(known):
        return
    vectors = TfidfVectorizer(analyzer="char", ngram_range=(1, 2)).fit([*wanted, *known])
    theirs = vectors.transform(known).T.tocsr()
    home = np.array([place.district for place in places])
    for start in range(0, len(wanted), _CHUNK):
        likeness = (vectors.transform(wanted[start : start + _CHUNK]) @ theirs).toarray()
        for school, row in enumerate(likeness, start):
            own = schools[school].district
            if own >= 0:
                row[(home >= 0) & (home != own)] = 0.0
            best = np.argsort(-row, kind="stable")[:_NEAREST]
            yield from ((school, int(place), float(row[place])) for place in best if row[place] > 0)
