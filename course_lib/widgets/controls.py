"""Controls of a lab, as data: what a setting may be, and the widget that sets it.

The same object checks an argument, makes the widget and writes the value back as code, so that
`learning_rate_lab(eta=0.3)`, the slider and the text to copy cannot disagree.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import ipywidgets

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

    def code(self, value: Any) -> str:
        """Write the setting as Python."""


@dataclass(frozen=True, kw_only=True)
class Slider:
    """A number on a slider; arrow keys move it too.

    Parameters
    ----------
    label : str
    default : float
    low, high : float
    step : float
        Of the value; on a logarithmic slider, of its power of ten.
    logarithmic : bool
    whole : bool
        Only whole numbers.
    essential : bool
    """

    label: str
    default: float
    low: float
    high: float
    step: float
    logarithmic: bool = False
    whole: bool = False
    essential: bool = False

    def accept(self, name: str, value: Any) -> Setting:
        """Return the number to four digits, those that the slider shows.

        Raises
        ------
        TypeError, ValueError
            If it is no number, or off the slider.
        """
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise TypeError(f"{name} must be a number, got {value!r}")
        if not self.low <= value <= self.high:  # NaN fails too
            raise ValueError(
                f"{name}={value} is off the slider: choose from {self.low:.4g} to {self.high:.4g}"
            )
        return round(value) if self.whole else min(max(_four_digits(value), self.low), self.high)

    def widget(self, value: float) -> ipywidgets.Widget:
        """Return a slider with its name, and a number beside it that can be typed over."""
        common = {"value": value, "description": self.label, **_look()}
        if self.logarithmic:
            low, high = math.log10(self.low), math.log10(self.high)
            return ipywidgets.FloatLogSlider(
                min=low, max=high, step=self.step, readout_format=".4g", **common
            )
        if self.whole:
            return ipywidgets.IntSlider(
                min=int(self.low), max=int(self.high), step=int(self.step), **common
            )
        return ipywidgets.FloatSlider(
            min=self.low, max=self.high, step=self.step, readout_format=".4g", **common
        )

    def code(self, value: Setting) -> str:
        """Write the number as Python."""
        return f"{value:.4g}"


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
            options=self.options, value=value, description=self.label, **_look("28em")
        )

    def code(self, value: Setting) -> str:
        """Write the word as Python."""
        return f'"{value}"'


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
        return ipywidgets.Checkbox(value=value, description=self.label, indent=False)

    def code(self, value: Setting) -> str:
        """Write it as Python."""
        return str(value)


def _four_digits(value: float) -> float:
    return float(f"{value:.4g}")


def _look(width: str = WIDTH) -> dict[str, Any]:
    return {"style": {"description_width": LABEL_WIDTH}, "layout": {"width": width}}
