"""A lab whose picture is a map: drag over a part to see it larger, or press a button.

The page tells the kernel which part was dragged over through a text field that nobody sees. Where a
page runs no scripts of widgets the buttons remain, which a keyboard reaches too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from typing import Any, Protocol

import ipywidgets

from course_lib.widgets.experiment import Experiment, Result, Settings
from course_lib.widgets.lab import Lab

CLICK = 0.02  # of the map's side: a smaller part is a click, which shows it twice as large

DRAG = """
const lab = this.closest('.course-lab');
const field = lab.querySelector('.course-lab-part input');
const band = document.createElement('div');
band.style.cssText = 'position: fixed; border: 2px dashed; background: #fff6; color: #D55E00;'
  + 'pointer-events: none; display: none; z-index: 9';
lab.append(band);
let from = null;
const ends = e => [[from[0], e.clientX], [from[1], e.clientY]].map(a => a.sort((u, v) => u - v));
lab.addEventListener('pointerdown', e => {
  if (e.target.tagName !== 'IMG' || e.button) return;
  e.target.draggable = false;
  lab.setPointerCapture(e.pointerId);  // a sharper picture may take the place of this one
  from = [e.clientX, e.clientY];
});
lab.addEventListener('pointermove', e => {
  if (!from) return;
  const [[left, right], [top, bottom]] = ends(e);
  Object.assign(band.style, {display: 'block', left: left + 'px', top: top + 'px',
    width: right - left + 'px', height: bottom - top + 'px'});
});
lab.addEventListener('pointerup', e => {
  if (!from) return;
  const picture = lab.querySelector('.course-lab-picture img').getBoundingClientRect();
  const [[left, right], [top, bottom]] = ends(e);
  const x = u => ((u - picture.left) / picture.width).toFixed(4);
  const y = v => ((v - picture.top) / picture.height).toFixed(4);
  from = null;
  band.style.display = 'none';
  field.value = [x(left), x(right), y(top), y(bottom)].join(' ');
  for (const name of ['input', 'change']) field.dispatchEvent(new Event(name, {bubbles: true}));
});
"""
STYLE = ".course-lab-part { display: none; } .course-lab-zoom img { cursor: zoom-in; }"


class Zoomable(Experiment[Result], Protocol[Result]):
    """An experiment with a map of which a part can be shown."""

    pane: str
    """Of the map."""
    moves: Mapping[str, Callable[[Settings], Settings]]
    """What each button does to the settings."""

    def select(
        self, settings: Settings, x: tuple[float, float], y: tuple[float, float]
    ) -> Settings:
        """Return the settings that show a part, given in shares of the map from 0 to 1."""


class ZoomLab(Lab[Result]):
    """A lab with buttons that move about a map, and a map to drag over.

    Attributes
    ----------
    buttons : dict from name to widget
    part : ipywidgets.Text
        Which part was dragged over: left, right, top and bottom in shares of the picture.
    """

    experiment: Zoomable[Result]

    def __init__(self, experiment: Zoomable[Result], settings: Settings, **options: Any) -> None:
        self.buttons = {
            name: ipywidgets.Button(description=name, layout={"width": "auto"})
            for name in experiment.moves
        }
        self.part = ipywidgets.Text(description="part of the picture")
        super().__init__(experiment, settings, **options)

    def _rows(self) -> list[Any]:
        self.part.add_class("course-lab-part")
        self.picture.add_class("course-lab-zoom")
        script = ipywidgets.HTML(
            f'<style onload="{escape(DRAG)}">{STYLE}</style>', layout={"display": "none"}
        )
        buttons = ipywidgets.HBox([*self.buttons.values()], layout={"flex_flow": "row wrap"})
        *controls, picture, verdict = super()._rows()
        return [script, *controls, buttons, picture, verdict, self.part]

    def _listen(self) -> None:
        super()._listen()
        self.part.observe(self._dragged, names="value")
        for name, button in self.buttons.items():
            button.on_click(lambda _, name=name: self._pressed(name))

    def _pressed(self, name: str) -> None:
        """Move about the map. Never raises."""
        try:
            self._move(self.experiment.moves[name](self.settings))
        except Exception as error:
            self._fail(error)

    def _dragged(self, change: Any) -> None:
        """Show the part that was dragged over; outside the map nothing happens. Never raises."""
        if not change["new"]:
            return
        try:
            left, right, top, bottom = map(float, change["new"].split())
            x0, y0 = self._kept.place(self.experiment.pane, left, bottom)
            x1, y1 = self._kept.place(self.experiment.pane, right, top)
            if 0 <= x0 <= 1 and 0 <= y1 <= 1:
                self._move(self.experiment.select(self.settings, (x0, x1), (y0, y1)))
        except Exception as error:
            self._fail(error)
        self.part.value = ""  # so that the same part can be chosen again
