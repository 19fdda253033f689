"""A live lab: it runs on by itself, from step to step, until it is told to pause.

All of its state is still in its controls: `steps` is one of them, and moves while the lab plays.
So a picture that was met on the way can be copied as code, and the slider of steps rewinds.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

import ipywidgets

from course_lib.widgets.controls import Setting
from course_lib.widgets.experiment import Experiment, Settings, code
from course_lib.widgets.lab import Lab
from course_lib.widgets.work import Later

Moment = TypeVar("Moment")

LABEL_WIDTH = "8.5em"
PACE = 0.05  # seconds from one picture to the next: a browser needs half of it
STYLE = """<style>
.course-lab .course-lab-grid { display: grid; width: 100%; gap: 0 8px;
  grid-template-columns: repeat(auto-fill, minmax(21em, 1fr)); }
.course-lab-large .course-lab-grid { grid-template-columns: repeat(auto-fill, minmax(29em, 1fr)); }
</style>"""


class LiveExperiment(Experiment[Moment], Protocol[Moment]):
    """An experiment that goes on in steps; one of its controls is `steps`."""

    most_steps: int

    def play(self, settings: Settings) -> Iterator[Moment]:
        """Yield a result for each picture, from the settings' steps on. It may be abandoned."""

    def steps(self, result: Moment) -> int:
        """Return after how many steps the result is."""


class LiveLab(Lab[Moment]):
    """An experiment that plays, with its controls, on a page.

    Parameters are those of `Lab`.

    Attributes
    ----------
    playing : bool
    play_button, step_button, reset_button : ipywidgets.Button
    """

    experiment: LiveExperiment[Moment]

    def __init__(
        self,
        experiment: LiveExperiment[Moment],
        settings: Settings,
        *,
        later: Later | None = None,
    ) -> None:
        self._deaf = False
        self.play_button = ipywidgets.Button(button_style="primary")
        self.step_button = ipywidgets.Button(
            description="Step", icon="step-forward", tooltip="Take one step"
        )
        self.reset_button = ipywidgets.Button(
            description="Reset", icon="undo", tooltip="Go back to the start"
        )
        self._show_playing(False)
        super().__init__(experiment, settings, later=later)

    def play(self) -> None:
        """Run on from where the controls are; without a kernel's event loop, to the end."""
        self._show_playing(True)
        self._changed(None)

    def pause(self) -> None:
        """Stop at once, where the picture is."""
        self._work.stop()
        self._show_playing(False)
        self._waiting.layout.visibility = "hidden"
        if self.error is None:
            self._say(self._words)

    def step(self) -> None:
        """Pause, and take one step."""
        self._go_to(self._settings["steps"] + 1)

    def reset(self) -> None:
        """Pause, and go back to the start."""
        self._go_to(0)

    def stop(self) -> None:
        """Pause; or stop a long computation, where the picture keeps what there is."""
        if self.playing:
            self.pause()
        else:
            super().stop()

    def _go_to(self, steps: int) -> None:
        self.pause()
        self._set("steps", min(steps, self.experiment.most_steps))
        self._changed(None)

    @contextmanager
    def _unanswered(self) -> Iterator[None]:
        """Let controls be moved without an answer."""
        self._deaf = True
        try:
            yield
        finally:
            self._deaf = False

    def _set(self, name: str, value: Setting) -> None:
        with self._unanswered():
            self.experiment.controls[name].move(self.controls[name], value)

    def _show_playing(self, playing: bool) -> None:
        self.playing = playing
        self._announced = "off" if playing else "polite"
        self.play_button.description = "Pause" if playing else "Start"
        self.play_button.icon = "pause" if playing else "play"
        self.play_button.tooltip = "Pause here" if playing else "Train, until paused"

    def _rows(self) -> list[Any]:
        buttons = ipywidgets.HBox([self.play_button, self.step_button, self.reset_button])
        for widget in self.controls.values():
            widget.layout.width = "98%"
            widget.style.description_width = LABEL_WIDTH
        grid = ipywidgets.Box(list(self.controls.values()))
        grid.add_class("course-lab-grid")
        style = ipywidgets.HTML(STYLE, layout={"display": "none"})
        return [style, grid, buttons, self.picture, self.verdict]

    def _listen(self) -> None:
        super()._listen()
        self.play_button.on_click(lambda _: self.pause() if self.playing else self.play())
        self.step_button.on_click(lambda _: self.step())
        self.reset_button.on_click(lambda _: self.reset())

    def _changed(self, change: Any) -> None:
        if self._deaf:
            return
        if change is not None and change["owner"] is self.controls["steps"]:
            self._show_playing(False)  # who takes hold of the steps wants to look at one
        super()._changed(change)

    def _begin(self, settings: Settings) -> None:
        if self.playing:
            self._work.start(self.experiment.play(settings), pace=PACE)
        else:
            super()._begin(settings)

    def _show(self, result: Moment, finished: bool) -> None:
        if not self.playing:
            super()._show(result, finished)
            return
        if finished:
            self._show_playing(False)
        self._set("steps", self.experiment.steps(result))
        self._settings = self.settings
        super()._show(result, finished=True)  # nobody waits for the end of a film
        self.set_up.value = code(self.experiment, self._settings)

    def _fail(self, error: Exception) -> None:
        self._show_playing(False)
        super()._fail(error)
