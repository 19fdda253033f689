"""What the optimizer lab says about a race."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from course_lib.widgets.race import LEVEL, RACERS, Race

EDGE = 0.1  # an x nearer to +1 or −1 counts as there


def race_verdict(race: Race, t: int, chosen: Sequence[str]) -> str:
    """Say who leads at step t, how the others follow, and how often the lead has changed.

    Parameters
    ----------
    race : Race
        Run to step t at least.
    t : int
    chosen : sequence of str

    Returns
    -------
    str
        "Verdict: reason."
    """
    runs = [RACERS.index(name) for name in chosen]
    if not t:
        start = float(race.excess[0][runs[0]])
        return f"At the start: all stand {start:.3g} above the lowest loss. Play, or move t."
    more = _changes(race, t, runs) if race.track.landscape else _ends(race, t, chosen, runs)
    return f"{_who_leads(race, t, chosen, runs)} {more}".strip()


def _who_leads(race: Race, t: int, chosen: Sequence[str], runs: Sequence[int]) -> str:
    places = race.places(t, runs)
    order = np.argsort(places, kind="stable").tolist()
    excess = race.excess[t][runs]
    lost = [chosen[k] for k in order if not np.isfinite(excess[k])]
    left = [k for k in order if np.isfinite(excess[k])]
    if not left:
        return f"All are lost: by step {t} every loss is too large for a number."
    first = [chosen[k] for k in left if places[k] == 1]
    head = f"{' and '.join(first)} lead{'s' if len(first) == 1 else ''} at step {t}"
    ahead = f"{_size(excess[left[0]])} above the lowest loss"
    rest = [f"{chosen[k]} {_size(excess[k])}" for k in left if places[k] > 1]
    text = f"{head}: {ahead}" + (f"; then {', '.join(rest)}." if rest else ".")
    return text + (f" Diverged: {', '.join(lost)}." if lost else "")


def _size(excess: float) -> str:
    return "less than 1e-8" if excess < LEVEL else f"{excess:.2g}"


def _changes(race: Race, t: int, runs: Sequence[int]) -> str:
    """Say how often the lead has changed, and when last."""
    if len(runs) < 2:
        return ""
    leaders = np.argmin(np.maximum(np.stack(race.excess[1 : t + 1])[:, runs], LEVEL), axis=1)
    changed = np.flatnonzero(np.diff(leaders))
    if not changed.size:
        return "The lead has not changed since the first step."
    times = "once" if changed.size == 1 else f"{changed.size} times"
    return f"The lead has changed {times}, last at step {changed[-1] + 2}."


def _ends(race: Race, t: int, chosen: Sequence[str], runs: Sequence[int]) -> str:
    """Say who has come to the best point, and who to the worst."""
    x = race.points[t][0][runs]
    parts = []
    for value, what in ((1.0, "+1, the worst point"), (-1.0, "−1, the best point")):
        there = [name for name, where in zip(chosen, x, strict=True) if abs(where - value) < EDGE]
        if there:
            parts.append(f"At {what}: {', '.join(there)}.")
    return " ".join(parts)
