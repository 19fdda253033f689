"""Controls made of several widgets: a slider that plays, and names to tick.

Each is a box with a `value`, so that a lab treats it as any other widget.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import ipywidgets
from traitlets import Any as AnyTrait

from course_lib.widgets.controls import LABEL_WIDTH, Setting, Slider

TICK = 100  # milliseconds from one picture to the next while a slider plays

NAMES = """
const names = ['Play or pause', 'Stop, back to the start'];
this.closest('.course-lab').querySelectorAll('.widget-play').forEach(play =>
  play.querySelectorAll('button').forEach((button, k) => {
    if (names[k]) button.title = names[k];
    if (names[k]) button.setAttribute('aria-label', names[k]);
  }));
"""
"""Runs in the page: Play's buttons are pictures, and nothing would read them out."""


@dataclass(frozen=True, kw_only=True)
class PlayedSlider(Slider):
    """A slider with buttons that play it: from where it is, stop by stop, to its end."""

    def widget(self, value: Any) -> ipywidgets.Widget:
        """Return the slider and its buttons."""
        return _Played(super().widget(value))

    def move(self, widget: Any, value: Any) -> None:
        """Move the slider, to a value between its stops too; play goes on from there."""
        super().move(widget.slider, value)


class _Played(ipywidgets.HBox):  # type: ignore[misc]  # ipywidgets has no types
    """A slider of given stops, and Play beside it, which counts the stops."""

    value = AnyTrait()

    def __init__(self, slider: Any) -> None:
        last = len(slider.options) - 1
        self.slider = slider
        self.play = ipywidgets.Play(
            value=slider.index, max=last, interval=TICK, show_repeat=False, tooltip="Play"
        )
        names = ipywidgets.HTML(f'<style onload="{NAMES}"></style>', layout={"display": "none"})
        super().__init__([slider, self.play, names], value=slider.value)
        slider.observe(self._slid, names="value")
        self.play.observe(self._counted, names="value")
        self.observe(self._set, names="value")

    @property
    def description(self) -> str:
        """The slider's name."""
        return str(self.slider.description)

    def _slid(self, change: Any) -> None:
        self.play.max = len(self.slider.options) - 1
        self.play.value = self.slider.index
        self.value = change["new"]

    def _counted(self, change: Any) -> None:
        self.slider.index = change["new"]

    def _set(self, change: Any) -> None:
        self.slider.value = change["new"]


@dataclass(frozen=True, kw_only=True)
class Several:
    """Any of a few names, as boxes to tick; the setting is one text, "SGD, Adam".

    Parameters
    ----------
    label, default : str
    options : tuple of str
    essential : bool
    """

    label: str
    default: str
    options: tuple[str, ...]
    essential: bool = False

    def accept(self, name: str, value: Any) -> Setting:
        """Return the names in order, each once; none is allowed too.

        Raises
        ------
        TypeError, ValueError
            If it is no text, or a name in it is not offered.
        """
        if not isinstance(value, str):
            raise TypeError(f"{name} must be names with commas, as {self.default!r}; got {value!r}")
        chosen = [word.strip() for word in value.split(",") if word.strip()]
        for word in chosen:
            if word not in self.options:
                offered = ", ".join(self.options)
                raise ValueError(f"{name} has {word!r}, which is not offered: choose of {offered}")
        return ", ".join(option for option in self.options if option in chosen)

    def widget(self, value: Any) -> ipywidgets.Widget:
        """Return a row of boxes."""
        return _Boxes(self.label, self.options, value)

    def move(self, widget: Any, value: Any) -> None:
        """Tick these, and no others."""
        widget.value = value

    def code(self, value: Setting) -> str:
        """Write the names as Python."""
        return json.dumps(value, ensure_ascii=False)


class _Boxes(ipywidgets.HBox):  # type: ignore[misc]
    """A row of boxes to tick, whose value is the names that are ticked."""

    value = AnyTrait()

    def __init__(self, label: str, options: tuple[str, ...], value: str) -> None:
        self.description = label
        self.boxes = [
            ipywidgets.Checkbox(description=name, indent=False, layout={"width": "auto"})
            for name in options
        ]
        head = ipywidgets.Label(label, layout={"width": LABEL_WIDTH, "justify_content": "flex-end"})
        super().__init__([head, *self.boxes], layout={"flex_flow": "row wrap"}, value=value)
        self.add_class("course-lab-names")
        self._tick({"new": value})
        for box in self.boxes:
            box.observe(self._ticked, names="value")
        self.observe(self._tick, names="value")

    def _tick(self, change: Any) -> None:
        chosen = change["new"].split(", ")
        self._ticking = True
        for box in self.boxes:
            box.value = box.description in chosen
        self._ticking = False

    def _ticked(self, _: Any) -> None:
        if not self._ticking:
            self.value = ", ".join(box.description for box in self.boxes if box.value)
