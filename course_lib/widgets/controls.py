"""Controls of a lab, as data: what a setting may be, and the widget that sets it.

The same object checks an argument, makes the widget and writes the value back as code, so that
`learning_rate_lab(eta=0.3)`, the slider and the text to copy cannot disagree.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import ipywidgets
import traitlets

Setting: TypeAlias = float | int | str | bool

LABEL_WIDTH = "11em"
WIDTH = "min(46em, 98%)"


class Control(Protocol):
    """What every control can do."""

    @property
    def default(self) -> Setting:
        """The value of an argument that is left out."""

    @property
    def essential(self) -> bool:
        """Whether the set-up text names the setting even at its default."""

    def accept(self, name: str, value: Any) -> Setting:
        """Return the setting, or raise an error that says what it may be."""

    def widget(self, value: Any) -> Any:
        """Return a new widget at this value."""

    def move(self, widget: Any, value: Any) -> None:
        """Set a widget to a value that was accepted."""

    def code(self, value: Any) -> str:
        """Write the setting as Python."""


def nice_numbers(low: float, high: float) -> tuple[float, ...]:
    """Return numbers of two or three digits from `low` to `high`, 2 to 5 per cent apart.

    A step of a slider over them is about the same factor everywhere, and none is called 0.08913.
    """
    digits = (*range(100, 200, 5), *range(200, 500, 10), *range(500, 1000, 20))
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    grid = [float(f"{d}e{power - 2}") for power in range(first, last + 1) for d in digits]
    return tuple(value for value in grid if low <= value <= high)


@dataclass(frozen=True, kw_only=True)
class Slider:
    """A number on a slider; arrow keys go from one value to the next.

    The slider stops at given values, and at one more that an argument asked for. A slider of
    ipywidgets that is free to stop anywhere moves to the nearest multiple of its step when it is
    shown, and so changes what was asked for.

    Parameters
    ----------
    label : str
    default : float
    values : tuple of float, rising
        Where the slider stops. If all are int, so is the setting.
    essential : bool
    """

    label: str
    default: float
    values: Sequence[float]
    essential: bool = False

    def accept(self, name: str, value: Any) -> Setting:
        """Return the number to four digits.

        Raises
        ------
        TypeError, ValueError
            If it is no number, or off the slider.
        """
        whole = all(isinstance(stop, int) for stop in self.values)
        if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
            raise TypeError(f"{name} must be a {'whole ' * whole}number, got {value!r}")
        low, high = self.values[0], self.values[-1]
        if not low <= value <= high:  # NaN fails too
            raise ValueError(f"{name}={value} is off the slider: choose from {low:g} to {high:g}")
        return value if whole else float(f"{value:.4g}")

    def widget(self, value: Any) -> ipywidgets.Widget:
        """Return a slider with its name before it and its value behind it."""
        return _Stops(options=self._stops(value), value=value, description=self.label, **look())

    def move(self, widget: Any, value: Any) -> None:
        """Move the slider, to a value between its stops too."""
        if value not in dict(widget.options).values():
            widget.options = self._stops(value)
        widget.value = value

    def code(self, value: Setting) -> str:
        """Write the number as Python."""
        return f"{value:.4g}"

    def _stops(self, value: float) -> list[tuple[str, float]]:
        return [(f"{stop:.4g}", stop) for stop in sorted({*self.values, value})]


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One of a few words.

    Parameters
    ----------
    label : str
    default : str
    options : tuple of str
    essential : bool
    """

    label: str
    default: str
    options: tuple[str, ...]
    essential: bool = False

    def accept(self, name: str, value: Any) -> Setting:
        """Return the word.

        Raises
        ------
        ValueError
            If it is none of the options.
        """
        if value not in self.options:
            words = ", ".join(repr(option) for option in self.options)
            raise ValueError(f"{name}={value!r} is not offered: choose one of {words}")
        return str(value)

    def widget(self, value: str) -> ipywidgets.Widget:
        """Return a drop-down list."""
        return ipywidgets.Dropdown(
            options=self.options, value=value, description=self.label, **look("32em")
        )

    def move(self, widget: Any, value: Any) -> None:
        """Choose the word."""
        widget.value = value

    def code(self, value: Setting) -> str:
        """Write the word as Python."""
        return json.dumps(value, ensure_ascii=False)


@dataclass(frozen=True, kw_only=True)
class Switch:
    """On or off.

    Parameters
    ----------
    label : str
    default : bool
    essential : bool
    """

    label: str
    default: bool = False
    essential: bool = False

    def accept(self, name: str, value: Any) -> Setting:
        """Return True or False.

        Raises
        ------
        TypeError
            If it is neither.
        """
        if not isinstance(value, bool):
            raise TypeError(f"{name} must be True or False, got {value!r}")
        return value

    def widget(self, value: bool) -> ipywidgets.Widget:
        """Return a box to tick."""
        return ipywidgets.Checkbox(
            value=value, description=self.label, indent=False, layout={"width": "auto"}
        )

    def move(self, widget: Any, value: Any) -> None:
        """Tick the box, or not."""
        widget.value = value

    def code(self, value: Setting) -> str:
        """Write it as Python."""
        return str(value)


class _Stops(ipywidgets.SelectionSlider):  # type: ignore[misc]  # ipywidgets has no types
    """A slider that does not tell the page again what the page has told it.

    A kernel echoes each change for the sake of other pages that show the same; here that would
    only be one more message before the picture.
    """

    index = traitlets.Int(help="Selected index").tag(sync=True, echo_update=False)


def look(width: str = WIDTH) -> dict[str, Any]:
    """Return the style and layout of a control: its name before it, all names equally wide."""
    return {"style": {"description_width": LABEL_WIDTH}, "layout": {"width": width}}
