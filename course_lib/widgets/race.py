"""A race: seven optimizers on one problem, step by step together.

The seven are the columns of one theta of shape (n, 7): a step asks the problem once for all the
gradients, and each column then goes its own way.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from typing import Any, TypeAlias

import numpy as np

from course_lib._arrays import Array
from course_lib.landscapes import Landscape, beale, quadratic, recurrent_cliff, reddi, rosenbrock
from course_lib.optimizers import Optimizer
from course_lib.training import descend
from course_lib.transformations import (
    Adam,
    DecayWeights,
    Momentum,
    Nesterov,
    RMSProp,
    Transformation,
    chain,
)

WEIGHT_DECAY = 0.01  # of AdamW; PyTorch's default
LEVEL = 1e-8  # excess of the loss below which nobody is ahead
C = 3.0  # of Reddi's game
BEALE_BOX = np.array([(0.0, 4.5), (-1.5, 2.0)])  # the race keeps to this part
Links: TypeAlias = dict[str, Transformation]


def links(**adam: Any) -> Links:
    """Return the seven, with settings for those of Adam's family that take them."""
    return {
        "SGD": chain(),
        "momentum": Momentum(),
        "Nesterov": Nesterov(),
        "RMSProp": RMSProp(beta=adam.get("beta2", 0.9)),
        "Adam": Adam(**adam),
        "AdamW": chain(Adam(**adam), DecayWeights(weight_decay=WEIGHT_DECAY)),
        "AMSGrad": Adam(**adam, amsgrad=True),
    }


RACERS = tuple(links())


@dataclass(frozen=True)
class SideBySide:
    """One transformation for each run: column r of the gradient goes through link r.

    A sweep, which drops columns, cannot use it.
    """

    links: tuple[Transformation, ...]

    def init(self, theta: Array) -> tuple[Any, ...]:
        """Return the state of every link."""
        return tuple(link.init(theta[:, run]) for run, link in enumerate(self.links))

    def update(
        self, g: Array, state: tuple[Any, ...], theta: Array
    ) -> tuple[Array, tuple[Any, ...]]:
        """Send every column through its link."""
        d, states = np.empty_like(g), []
        for run, link in enumerate(self.links):
            d[:, run], new_state = link.update(g[:, run], state[run], theta[:, run])
            states.append(new_state)
        return d, tuple(states)


@dataclass(frozen=True, eq=False)
class Track:
    """A problem to race on.

    Attributes
    ----------
    name : str
    loss_and_gradient : callable
        Of theta, and of the round t = 1, 2, ... where there is no landscape.
    start : ndarray of shape (n,)
    own_rates : dict from a racer to a float
        A rate that suits it here: of a grid, one of the best over 250 steps.
    links : dict from a racer to a Transformation
    landscape : Landscape or None
        What there is to draw; None for a game of rounds, each with a loss of its own.
    lowest : float
    """

    name: str
    loss_and_gradient: Callable[..., Any]
    start: Array
    own_rates: dict[str, float]
    links: Links = field(default_factory=links)
    landscape: Landscape | None = None
    lowest: float = 0.0

    def excess(self, loss: Array, theta: Array) -> Array:
        """Return by how much a point is worse than the best one, in the mean over all rounds.

        Parameters
        ----------
        loss : ndarray of shape (runs,)
            Of this round, at theta.
        theta : ndarray of shape (n, runs)
        """
        if self.landscape is None:
            return np.asarray((C - 2) / 3 * (theta[0] + 1))
        return loss - self.lowest


def _on(name: str, landscape: Landscape, own_rates: tuple[float, ...]) -> Track:
    """Return the track of a loss with two parameters."""
    return Track(
        name, landscape.loss_and_gradient, landscape.start,
        dict(zip(RACERS, own_rates, strict=True)), landscape=landscape,
        lowest=float(landscape.loss(landscape.minimum)),
    )  # fmt: skip


def ravine(kappa: float) -> Track:
    """Return the bowl that is κ times as steep one way: what does not rescale slows down with κ."""
    own = (1.5 / kappa, 0.7 / kappa, 1 / kappa, 0.02, 0.2, 0.2, 0.2)
    return _on("ravine", quadratic(kappa), own)


def reddis_game() -> Track:
    """Return the game that Adam loses, with β₁ and β₂ as in Reddi's proof, from the middle."""
    game, family = partial(reddi, C=C), links(beta1=0.0, beta2=1 / (1 + C**2))
    return Track("Reddi's game", game, np.zeros(1), dict.fromkeys(RACERS, 0.5), family)


TRACKS: dict[str, Callable[[float], Track]] = {
    "ravine": ravine,
    "Rosenbrock": lambda _: _on(
        "Rosenbrock", rosenbrock(), (0.002, 0.002, 0.0015, 0.02, 0.5, 0.5, 0.5)
    ),
    "Beale": lambda _: _on(
        "Beale", replace(beale(), box=BEALE_BOX), (0.03, 0.01, 0.01, 0.03, 0.3, 0.3, 0.3)
    ),
    "recurrent cliff": lambda _: _on(
        "recurrent cliff", recurrent_cliff(), (0.01, 0.3, 0.15, 0.15, 0.2, 0.2, 0.2)
    ),
    "Reddi's game": lambda _: reddis_game(),
}


@lru_cache(maxsize=64)
def track(name: str, kappa: float) -> Track:
    """Return a track by its name; κ matters to the ravine alone."""
    return TRACKS[name](kappa)


@dataclass(eq=False)
class Race:
    """What has been run so far; it grows step by step.

    Attributes
    ----------
    track : Track
    rates : ndarray of shape (7,)
    points : list of ndarray of shape (n, 7)
        Where they are before each step, from the start on.
    excess : list of ndarray of shape (7,)
        By how much the loss there is above the lowest; infinite where one has diverged.
    """

    track: Track
    rates: Array
    points: list[Array] = field(default_factory=list)
    excess: list[Array] = field(default_factory=list)
    _steps: Iterator[Any] | None = None

    def advance(self) -> None:
        """Take one step more; those that have diverged stay where they are."""
        if self._steps is None:
            self._steps = self._descent()
            self._next = np.repeat(self.track.start[:, None], len(RACERS), axis=1)
        here, step = self._next, next(self._steps, None)
        if step is None:  # all have diverged
            self.excess.append(np.full(len(RACERS), np.inf))
        else:
            excess = self.track.excess(step.loss, here)
            self.excess.append(np.where(step.diverged, np.inf, excess))
            self._next = step.theta
        self.points.append(here)

    def _descent(self) -> Iterator[Any]:
        track, start = self.track, np.repeat(self.track.start[:, None], len(RACERS), axis=1)
        direction = SideBySide(tuple(track.links[name] for name in RACERS))
        if track.landscape is not None:
            optimizer = Optimizer(direction=direction, learning_rate=self.rates)
            return descend(
                track.loss_and_gradient, start, itertools.repeat(()), optimizer=optimizer
            )
        optimizer = Optimizer(
            direction=direction, learning_rate=lambda t: self.rates / np.sqrt(t + 1),
            project=lambda theta: np.clip(theta, -1.0, 1.0),
        )  # fmt: skip
        rounds = ((t,) for t in itertools.count(1))
        return descend(track.loss_and_gradient, start, rounds, optimizer=optimizer)

    def places(self, t: int, runs: Sequence[int]) -> list[int]:
        """Return the place of each of the runs at step t: 1 leads, equal losses share a place.

        What is below 1e-8 counts as equal: all of them have arrived.
        """
        excess = np.maximum(self.excess[t][list(runs)], LEVEL)
        return [1 + int(np.sum(excess < mine * (1 - 1e-9))) for mine in excess.tolist()]
