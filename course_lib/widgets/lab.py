"""A lab: controls, a picture that answers them at once, and a sentence on what is seen.

What a lab shows is an `Experiment`. `Lab` is the same for all of them: it draws only what changed,
abandons work for values that are gone, shows the set-up as code, and turns an error into a
sentence.
"""

from __future__ import annotations

from base64 import b64encode
from html import escape
from typing import Any, Generic

import ipywidgets

from course_lib.plots import Figure, KeptFigure
from course_lib.widgets.controls import Setting, look
from course_lib.widgets.experiment import (
    Experiment,
    Result,
    Settings,
    accept,
    code,
    read_code,
    static_figure,
)
from course_lib.widgets.work import Later, NewestWork

NAMES = """
const lab = this.closest('.course-lab');
const set = (handle, name, value) =>
  handle.getAttribute(name) === value || handle.setAttribute(name, value);
const name = () => lab.querySelectorAll('.widget-slider').forEach(slider => {
  const handle = slider.querySelector('.noUi-handle');
  if (!handle) return;
  set(handle, 'aria-label', slider.querySelector('label').textContent);
  set(handle, 'aria-valuetext', slider.querySelector('.widget-readout').textContent);
});
name();
new MutationObserver(name).observe(lab, {childList: true, characterData: true, subtree: true});
"""
"""Runs in the page. A slider of ipywidgets has no name for a screen reader, and calls its value
by its place among the stops; each gets its label's words and its readout's."""

COPY = """<button type="button" class="lm-Widget jupyter-widgets jupyter-button widget-button"
 style="width: auto" onclick="
const text = this.closest('.course-lab').querySelector('.course-lab-set-up input');
text.select();
document.execCommand('copy');
this.textContent = 'Copied';
setTimeout(() => { this.textContent = 'Copy this set-up'; }, 2000);
">Copy this set-up</button>"""
"""Runs in the page, since a kernel has no clipboard. This old command works without https too."""

STYLE = (
    f"""<style onload="{NAMES}">"""
    + """
.course-lab-picture img { display: block; max-width: 100%; height: auto; }
.course-lab .widget-html, .course-lab .widget-html-content { height: auto; line-height: 1.45; }
.course-lab .widget-text input { font-family: monospace; }
.course-lab-large { --jp-widgets-font-size: 19px; --jp-widgets-inline-height: 36px; }
.course-lab-large .widget-html-content { font-size: 19px; }
.course-lab-large .course-lab-names > .widget-label { width: auto !important; }
</style>"""
)


PICTURE = "picture; the sentence below it says what it shows"


class Lab(Generic[Result]):
    """An experiment with its controls, on a page.

    Closing it (`lab.close()`, or leaving a `with` block) takes it off the page and frees what it
    holds.

    Parameters
    ----------
    experiment : Experiment
    settings : mapping
        A value for each of the experiment's controls.
    later : callable, optional
        Who calls for the next slice of long work: by default the kernel's event loop.

    Attributes
    ----------
    controls : dict from name to widget
    picture : Picture
    verdict : ipywidgets.HTML
    set_up : ipywidgets.Text
        The lab as code, to copy; or to change and press Enter, for a value between the stops of
        a slider, and for those who would rather type.
    error : Exception or None
        What the last change of a control raised; the verdict says it in words.

    Raises
    ------
    TypeError, ValueError
        If a setting is not one that its control offers.
    """

    _announced = "polite"
    """How a screen reader is told of a new sentence."""

    def __init__(
        self,
        experiment: Experiment[Result],
        settings: Settings,
        *,
        later: Later | None = None,
    ) -> None:
        accepted = accept(experiment, settings)
        self.experiment = experiment
        self.error: Exception | None = None
        self._settings: Settings = accepted
        self._words = ""
        self._kept = KeptFigure(experiment.layout, size=experiment.size)
        self._work = NewestWork(self._show, self._fail, later=later)
        self.controls: dict[str, Any] = {
            name: control.widget(accepted[name]) for name, control in experiment.controls.items()
        }
        self.picture = Picture(PICTURE, size=experiment.size)
        self.verdict = ipywidgets.HTML()
        self.set_up = ipywidgets.Text(description="this set-up", continuous_update=False, **look())
        self.progress = ipywidgets.FloatProgress(max=1.0, description="working")
        self.stop_button = ipywidgets.Button(description="Stop", tooltip="Stop the computation")
        self._waiting = ipywidgets.HBox([self.progress, self.stop_button])
        self.box = self._assemble()
        self._changed(None)
        self._listen()

    @property
    def settings(self) -> dict[str, Setting]:
        """The controls' values, as the code to copy has them."""
        return accept(
            self.experiment, {name: widget.value for name, widget in self.controls.items()}
        )

    @property
    def busy(self) -> bool:
        """Whether a computation is under way."""
        return self._work.busy

    def stop(self) -> None:
        """Stop a long computation; the picture keeps what there is."""
        if self.busy:
            self._work.stop()
            self._waiting.layout.visibility = "hidden"
            self._say("Stopped early. " + self._words)

    def figure(self) -> Figure:
        """Return a figure of what the lab shows, for `show`."""
        return static_figure(self.experiment, self.settings)

    def close(self) -> None:
        """Take the lab off the page, and free its figure and its widgets."""
        self._work.stop()
        self._kept.close()
        for widget in self.controls.values():
            widget.unobserve_all()
        _close_tree(self.box)

    def __enter__(self) -> Lab[Result]:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return code(self.experiment, self.settings)

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        """Show the widgets; as plain text, the code that makes the lab, the same in every run."""
        bundle: dict[str, Any] = self.box._repr_mimebundle_()
        return {**bundle, "text/plain": repr(self)}

    def _assemble(self) -> ipywidgets.VBox:
        style = ipywidgets.HTML(STYLE, layout={"display": "none"})  # holds all the same
        self.set_up.add_class("course-lab-set-up")
        set_up = ipywidgets.HBox([self.set_up, ipywidgets.HTML(COPY)])
        box = ipywidgets.VBox([style, *self._rows(), set_up, self._waiting])
        box.add_class("course-lab")
        self._waiting.layout.visibility = "hidden"
        return box

    def _rows(self) -> list[Any]:
        """Return what stands above the set-up, from top to bottom."""
        return [*self.controls.values(), self.picture, self.verdict]

    def _listen(self) -> None:
        for widget in self.controls.values():
            widget.observe(self._changed, names="value")
        self.set_up.observe(self._typed, names="value")
        self.stop_button.on_click(lambda _: self.stop())

    def _changed(self, _: object) -> None:
        """Answer a change of any control. Never raises: an error becomes a sentence."""
        try:
            settings = self.settings
            self.error = None
            self._settings = settings
            self._begin(settings)
            self._show_controls(self._settings)
        except Exception as error:
            self._fail(error)

    def _begin(self, settings: Settings) -> None:
        """Begin to compute what the settings ask for."""
        self._work.start(self.experiment.compute(settings))

    def _typed(self, change: Any) -> None:
        """Set the controls as the set-up says that somebody typed. Never raises."""
        try:
            if change["new"] == code(self.experiment, self._settings):
                return  # we wrote it ourselves
            settings = read_code(self.experiment, change["new"])
        except Exception as error:
            self._fail(error)
            return
        self._move(settings)

    def _move(self, settings: Settings) -> None:
        """Set all the controls at once, and answer once."""
        for name, widget in self.controls.items():
            widget.unobserve(self._changed, names="value")
            self.experiment.controls[name].move(widget, settings[name])
            widget.observe(self._changed, names="value")
        self._changed(None)

    def _show(self, result: Result, finished: bool) -> None:
        settings = self._settings
        large = bool(settings.get("large_type", False))
        self.picture.show(self._kept.png(self.experiment.layers(result), large=large))
        self._words = self.experiment.describe(result)
        self._say(self._words)
        self.progress.value = self.experiment.share(result)
        self._waiting.layout.visibility = "hidden" if finished else "visible"

    def _fail(self, error: Exception) -> None:
        self.error = error
        self._waiting.layout.visibility = "hidden"
        self._say(f"This combination cannot be shown: {error}. Move a control to go on.")

    def _say(self, words: str) -> None:
        head, colon, rest = escape(words).partition(":")
        text = f"<b>{head}</b>{colon}{rest}"
        self.verdict.value = f'<div role="status" aria-live="{self._announced}">{text}</div>'

    def _show_controls(self, settings: Settings) -> None:
        """Write the set-up as code, hide the controls that mean nothing, and set the type."""
        self.set_up.value = code(self.experiment, settings)
        relevant = self.experiment.relevant(settings)
        for name, widget in self.controls.items():
            widget.layout.display = None if name in relevant else "none"
        if settings.get("large_type"):
            self.box.add_class("course-lab-large")
        else:
            self.box.remove_class("course-lab-large")


class Picture(ipywidgets.HTML):  # type: ignore[misc]  # ipywidgets has no types
    """A PNG on the page, with words for those who cannot see it.

    It is written into the text of the page, which shows it at once. The file that an
    `ipywidgets.Image` makes of it would be there a frame later.

    Parameters
    ----------
    words : str
    size : tuple of float
        Width and height in inches, 100 pixels each; the page keeps the room.

    Attributes
    ----------
    png : bytes
        What is shown.
    """

    def __init__(self, words: str, *, size: tuple[float, float]) -> None:
        super().__init__()
        self.add_class("course-lab-picture")
        self.png = b""
        width, height = (round(100 * side) for side in size)
        self._tag = (
            f'<img alt="{escape(words)}" width="{width}" height="{height}" decoding="sync" src="'
        )

    def show(self, png: bytes) -> None:
        """Take the place of the picture before."""
        self.png = png
        self.value = f'{self._tag}data:image/png;base64,{b64encode(png).decode()}">'


def _close_tree(widget: Any) -> None:
    """Close a widget and all that is in it."""
    for child in getattr(widget, "children", ()):
        _close_tree(child)
    for part in (widget.layout, getattr(widget, "style", None), widget):
        if part is not None:
            part.close()
