"""An experiment: what a lab shows, without its widgets.

Its controls as data, a generator that computes, layers that draw, and words that judge. `Lab` puts
it on a page with sliders; `static_figure` draws the same picture for a page without a kernel.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeAlias, TypeVar

from course_lib.plots import Figure, Layer, draw_layers, mosaic
from course_lib.widgets.controls import Control, Setting

Settings: TypeAlias = Mapping[str, Any]
Result = TypeVar("Result")


class Experiment(Protocol[Result]):
    """What a lab shows."""

    name: str
    """Of the function that makes the lab."""
    controls: Mapping[str, Control]
    """One for each of that function's arguments, in order."""
    layout: Sequence[Sequence[str]]
    """Panes of the picture, by name."""
    size: tuple[float, float]
    """Of the picture, in inches of 100 pixels."""

    def relevant(self, settings: Settings) -> Sequence[str]:
        """Return the names of the controls that mean something; the others are hidden."""

    def compute(self, settings: Settings) -> Iterator[Result]:
        """Yield better and better results; the last one is whole. It may be abandoned."""

    def share(self, result: Result) -> float:
        """Return how much of the work is in the result: 1 when it is whole."""

    def layers(self, result: Result) -> Sequence[Layer]:
        """Return what to draw, the frame first."""

    def describe(self, result: Result) -> str:
        """Return the verdict in words."""


def defaults(experiment: Experiment[Any]) -> dict[str, Setting]:
    """Return the settings of a call without arguments."""
    return {name: control.default for name, control in experiment.controls.items()}


def accept(experiment: Experiment[Any], settings: Settings) -> dict[str, Setting]:
    """Return the settings as the experiment's controls accept them.

    Raises
    ------
    TypeError, ValueError
        If there is no such setting, or a value is not one that its control offers.
    """
    unknown = [name for name in settings if name not in experiment.controls]
    if unknown:
        raise TypeError(f"there is no {unknown[0]}; choose from {', '.join(experiment.controls)}")
    return {
        name: control.accept(name, settings[name]) for name, control in experiment.controls.items()
    }


def code(experiment: Experiment[Any], settings: Settings) -> str:
    """Write the call that makes this lab; what means nothing here, or is usual, is left out."""
    relevant = experiment.relevant(settings)
    arguments = [
        f"{name}={control.code(settings[name])}"
        for name, control in experiment.controls.items()
        if name in relevant and (control.essential or settings[name] != control.default)
    ]
    return f"{experiment.name}({', '.join(arguments)})"


def read_code(experiment: Experiment[Any], text: str) -> dict[str, Setting]:
    """Return the settings of a call as `code` writes it; nothing in it is executed.

    Raises
    ------
    TypeError, ValueError
        If it is no such call, or a setting is not one that its control offers.
    """
    example = f"write it as {experiment.name}(name=value)"
    try:
        call = ast.parse(text.strip(), mode="eval").body
    except SyntaxError as error:
        raise ValueError(f"{text!r} is not Python; {example}") from error
    if not isinstance(call, ast.Call) or ast.unparse(call.func) != experiment.name or call.args:
        raise ValueError(f"{text!r} does not make this lab; {example}")
    settings: dict[str, Any] = defaults(experiment)
    for keyword in call.keywords:
        settings[str(keyword.arg)] = _constant(str(keyword.arg), keyword.value)
    return accept(experiment, settings)


def _constant(name: str, node: ast.expr) -> Any:
    """Return the value of a constant. Python reads -3 as the negative of the constant 3."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = getattr(node.operand, "value", None)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return -value
    raise ValueError(f"{name} must be a number, a word in quotes, True or False")


def static_figure(experiment: Experiment[Result], settings: Settings) -> Figure:
    """Return the figure of an experiment when all its work is done; defaults may be left out."""
    settings = accept(experiment, {**defaults(experiment), **settings})
    *_, result = experiment.compute(settings)
    large = bool(settings.get("large_type", False))
    figure, panes = mosaic(experiment.layout, size=experiment.size, large=large)
    draw_layers(experiment.layers(result), panes)
    return figure
