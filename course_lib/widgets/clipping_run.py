"""A run with clipped gradients: what the clipping lab measures in it, and says about it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from course_lib._arrays import Array
from course_lib.landscapes import Landscape, Quadratic
from course_lib.optimizers import Optimizer
from course_lib.training import Step, descend
from course_lib.transformations import (
    ClipByGlobalNorm,
    ClipByValue,
    Transformation,
    chain,
    global_norm,
)

SHARE_NOT_CLIPPED = 90  # per cent, of the rule
ARRIVED = 5e-3  # a loss below it is in the valley of the cliff; the plains are at 0.09 and 0.49
SMALLEST = 1e-12  # threshold: a run that has arrived has gradients of 0
SETTLED = 1e-2  # of the first loss of a quadratic


def clip_link(clip: str, threshold: float) -> Transformation:
    """Return the transformation that a word and a threshold stand for."""
    if clip == "by norm":
        return ClipByGlobalNorm(max_norm=threshold)
    return ClipByValue(max_value=threshold) if clip == "by value" else chain()


def gradient_size(g: Array, clip: str) -> float:
    """Return what is compared with the threshold: the largest entry for values, else the norm."""
    return float(np.abs(g).max()) if clip == "by value" else float(global_norm(g))


def angle(g: Array, d: Array) -> float:
    r"""Return the angle between two vectors, in degrees; 0 where one of them is zero.

    .. math:: 2 \arctan \frac{\lVert u - v \rVert}{\lVert u + v \rVert}

    with the unit vectors u and v: an arc cosine would round small angles away.
    """
    length_g, length_d = math.hypot(*g), math.hypot(*d)  # squares of 1e-200 would vanish
    if not (length_g and length_d):
        return 0.0
    u, v = g / length_g, d / length_d
    return math.degrees(2 * math.atan2(math.hypot(*(u - v)), math.hypot(*(u + v))))


@dataclass
class ClippedRun:
    """What has been computed so far; it grows step by step.

    Attributes
    ----------
    landscape : Landscape
    clip : {"by norm", "by value", "not at all"}
    eta, threshold : float
    steps : int
        Asked for.
    losses, sizes, applied : list of float
        Before each step: the loss, and the size of the gradient before and after clipping.
    angles : list of float
        By which the clip turned the gradient, in degrees.
    points : list of ndarray of shape (2,)
        From the start on.
    diverged : bool
    """

    landscape: Landscape
    clip: str
    eta: float
    threshold: float
    steps: int
    losses: list[float] = field(default_factory=list)
    sizes: list[float] = field(default_factory=list)
    applied: list[float] = field(default_factory=list)
    angles: list[float] = field(default_factory=list)
    points: list[Array] = field(default_factory=list)
    diverged: bool = False

    def follow(self) -> Iterator[ClippedRun]:
        """Descend, and yield the run after each step."""
        link, start = clip_link(self.clip, self.threshold), self.landscape.start
        self.points.append(start)
        descent = descend(
            self.landscape.loss_and_gradient, start, steps=self.steps,
            optimizer=Optimizer(direction=link, learning_rate=self.eta),
        )  # fmt: skip
        for step in descent:
            self._add(step, link)
            yield self

    def _add(self, step: Step, link: Transformation) -> None:
        self.losses.append(float(step.loss))
        self.diverged = bool(step.diverged)
        if self.diverged:
            return
        g = step.gradient
        d, _ = link.update(g, link.init(g), step.theta)
        self.sizes.append(gradient_size(g, self.clip))
        self.applied.append(gradient_size(d, self.clip))
        self.angles.append(angle(g, d))
        self.points.append(step.theta)

    @property
    def whole(self) -> bool:
        """Whether there are no more steps to take."""
        return self.diverged or len(self.losses) == self.steps

    @property
    def path(self) -> Array:
        """The points, of shape (2, points)."""
        return np.stack(self.points, axis=1)

    @property
    def clipped(self) -> float:
        """Share of the steps whose gradient was clipped."""
        if self.clip == "not at all" or not self.sizes:
            return 0.0
        return float(np.mean(np.array(self.sizes) > self.threshold))

    @property
    def rule(self) -> float:
        """The threshold that 90 % of this run's gradients do not exceed."""
        size = float(np.percentile(self.sizes or [math.inf], SHARE_NOT_CLIPPED))
        return max(size, SMALLEST)

    @property
    def thrown_out(self) -> bool:
        """Whether the run has left the part of the landscape that is drawn."""
        low, high = self.landscape.box.T
        return bool(np.any((self.path < low[:, None]) | (self.path > high[:, None])))


def verdict(run: ClippedRun, free: ClippedRun, pilot: float | None) -> str:
    """Judge a run, say what the clip did, and compare with the run that is not clipped.

    Parameters
    ----------
    run, free : ClippedRun
        `free` is the same run without a clip.
    pilot : float or None
        The threshold of the run from which the 90 % rule took this one's; None without the rule.

    Returns
    -------
    str
        "Verdict: reason."
    """
    bowl = run.landscape
    sentences = [_quadratic_end(run, bowl) if isinstance(bowl, Quadratic) else _cliff_end(run)]
    if run.clip != "not at all":
        sentences += [_what_the_clip_did(run), _what_the_rule_says(run, pilot)]
        sentences.append(f"Without a clip: {_end(free)}.")
    return " ".join(sentences)


def _end(run: ClippedRun) -> str:
    if run.diverged:
        return f"at step {len(run.losses) - 1} the loss is too large for a number"
    left = ", far outside the picture" if run.thrown_out else ""
    return f"loss {run.losses[-1]:.3g} after {len(run.losses)} steps{left}"


def _cliff_end(run: ClippedRun) -> str:
    if run.losses[-1] < ARRIVED:
        return f"Arrives in the valley: {_end(run)}."
    if run.thrown_out:
        return f"Thrown off the cliff: {_end(run)}."
    return f"Still on its way: {_end(run)}."


def _quadratic_end(run: ClippedRun, bowl: Quadratic) -> str:
    steepness = run.eta * float(bowl.eigenvalues[-1])
    if steepness <= 2:
        head = "Converges" if run.losses[-1] < SETTLED * run.losses[0] else "Still on its way"
        return f"{head}: {_end(run)}. ηλ = {steepness:.3g} is not above 2: no clip is needed."
    if run.clip == "not at all":
        return f"Diverges: {_end(run)}. ηλ = {steepness:.3g} is above 2."
    jump = float(np.abs(np.diff(run.path[1])[-2:]).max(initial=0.0))
    return (
        f"Never settles, clipped or not: ηλ = {steepness:.3g} is above 2, and the last steps still"
        f" jump {jump:.3g} across the valley. The clip bounds a jump to ηc ="
        f" {run.eta * run.threshold:.3g}; only a smaller η ends them."
    )


def _what_the_clip_did(run: ClippedRun) -> str:
    turned = max(run.angles, default=0.0)
    turn = "turned none of them" if turned < 0.05 else f"turned them by up to {turned:.1f}°"
    cut = f"cut {run.clipped:.0%} of the gradients and {turn}"
    return f"Clipping {run.clip} at c = {run.threshold:.3g} {cut}."


def _what_the_rule_says(run: ClippedRun, pilot: float | None) -> str:
    if pilot is not None:
        return f"This c is the 90th percentile of a run clipped at {pilot:.3g}."
    return f"90 % of this run's gradients are at most {run.rule:.3g}: the c of the 90 % rule."
