"""How fast the labs answer: in the kernel, and in a browser from key press to changed picture.

    make bench-labs
    python tests/benchmarks/bench_labs.py [LAB ...]

Prints a row for each slider that a lab is about. In the kernel: the time until there is a first
picture, until the last one, and the CPU time until then. In the browser: the time from the press
of an arrow key to the frame after a new picture has loaded, in JupyterLab. Run it on an idle
machine, with OPENBLAS_NUM_THREADS=1; without Chromium it prints the kernel's part.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
from browser.jupyterlab import find_browser, server
from browser.visit import LabOnPage, SliderOnPage, visit_with

from course_lib import widgets
from course_lib.widgets.controls import Slider
from course_lib.widgets.lab import Lab

LABS = sorted(name for name in widgets.__all__ if name.endswith("_lab"))
AT_ONCE = {"learning_rate_lab", "clipping_lab", "schedule_lab", "optimizer_lab", "batch_size_lab"}
START = {"network_lab": {"steps": 20}}  # at step 0 a learning rate changes no picture
BAR = 60.0  # ms in the browser, the median, for the labs above
COARSE_BAR, MAP_BAR = 100.0, 300.0  # ms in the kernel, for a map of over 1000 runs of 500 steps
PRESSES = 30
PAUSE = 250  # ms between presses: JupyterLab has then done with the one before

WATCH = """lab => {
  window.pressed = window.answered = null;
  const press = event => { window.pressed = event.timeStamp; window.answered = null; };
  const load = event => lab.contains(event.target) && requestAnimationFrame(() => {
    window.answered ??= performance.now();
  });
  document.addEventListener('keydown', press, true);
  document.addEventListener('load', load, true);
}"""
ANSWER = """async ms => {
  await course.until(() => window.answered, ms);
  return window.answered && window.answered - window.pressed;
}"""


class Times(NamedTuple):
    """Milliseconds."""

    median: float
    p90: float

    @classmethod
    def of(cls, times: list[float]) -> Times:
        ordered = sorted(times)
        return cls(statistics.median(ordered), ordered[int(0.9 * (len(ordered) - 1))])

    def __str__(self) -> str:
        return f"{self.median:9.0f}{self.p90:6.0f}"


class Answer(NamedTuple):
    """Milliseconds until the first picture and the last, and the CPU time until then."""

    first: float
    last: float
    cpu: float


def main_sliders(lab: Lab[object]) -> list[str]:
    """The sliders that a lab is about."""
    every = [
        name for name, control in lab.experiment.controls.items() if isinstance(control, Slider)
    ]
    essential = [name for name in every if lab.experiment.controls[name].essential]
    return essential or every[:1]


def made(name: str) -> Lab[object]:
    """The lab, where each of its sliders changes the picture."""
    return getattr(widgets, name)(**START.get(name, {}))


def slider_of(lab: Lab[object], name: str) -> Any:
    """The slider of a control, which may have buttons that play it."""
    return getattr(lab.controls[name], "slider", lab.controls[name])


# --- in the kernel -------------------------------------------------------------------------------


async def answer(lab: Lab[object], name: str, index: int) -> Answer:
    """Move a slider to a stop, in an event loop as a kernel has one."""
    pictures: list[float] = []
    lab.picture.observe(lambda _: pictures.append(time.perf_counter()), names="value")
    begin, cpu = time.perf_counter(), time.process_time()
    slider_of(lab, name).index = index
    while lab.busy:
        await asyncio.sleep(0)
    end, cpu = time.perf_counter(), time.process_time() - cpu
    lab.picture.unobserve_all()
    return Answer(1e3 * ((pictures or [end])[0] - begin), 1e3 * (end - begin), 1e3 * cpu)


async def in_kernel(lab_name: str, slider: str) -> list[Answer]:
    """Go through stops of a slider."""
    with made(lab_name) as lab:
        while lab.busy:
            await asyncio.sleep(0)
        widget = slider_of(lab, slider)
        stops = list(way(widget.index, len(widget.options) - 1))
        return [await answer(lab, slider, index) for index in stops]


def way(start: int, last: int) -> Iterator[int]:
    """Stops beside each other, towards the farther end and back, as often as keys are pressed."""
    step = 1 if start < last / 2 else -1
    index = start
    for _ in range(PRESSES):
        if not 0 <= index + step <= last:
            step = -step
        index += step
        yield index


async def the_map() -> list[Answer]:
    """Change the number of steps to 500, which takes a new map."""
    answers = []
    for _ in range(5):
        with widgets.rate_and_clip_lab(steps=450) as lab:
            while lab.busy:
                await asyncio.sleep(0)
            index = [value for _, value in lab.controls["steps"].options].index(500)
            answers.append(await answer(lab, "steps", index))
    return answers


# --- in the browser ------------------------------------------------------------------------------


def in_browser(names: list[str]) -> dict[tuple[str, str], Times]:
    """Press arrow keys in JupyterLab."""
    browser, found = find_browser(), {}
    if browser is None:
        return {}
    with tempfile.TemporaryDirectory() as folder, server(Path(folder)) as jupyterlab:
        write(jupyterlab.root / "labs.ipynb", names)
        with visit_with(browser, jupyterlab) as visit, visit.notebook("labs.ipynb") as notebook:
            notebook.run()
            for name, lab in zip(names, notebook.labs(), strict=True):
                with made(name) as same:
                    labels = {same.controls[key].description: key for key in main_sliders(same)}
                lab.element.evaluate(WATCH)
                for slider in lab.sliders():
                    if slider.label in labels:
                        found[name, labels[slider.label]] = press_keys(lab, slider)
    return found


def write(path: Path, names: list[str]) -> None:
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": kernel})
    notebook.cells = [
        nbformat.v4.new_code_cell(
            f"from course_lib.widgets import {name}\n{name}(**{START.get(name, {})})",
            metadata={"tags": ["widget"]},
        )
        for name in names
    ]
    nbformat.write(notebook, path)


def press_keys(lab: LabOnPage, slider: SliderOnPage) -> Times:
    now, last = (
        round(float(slider.handle.get_attribute(f"aria-value{kind}"))) for kind in ("now", "max")
    )
    times, index = [], now
    for stop in way(now, last):
        lab.comes_to_rest()
        lab.page.wait_for_timeout(PAUSE)
        slider.press("ArrowRight" if stop > index else "ArrowLeft")
        times.append(lab.page.evaluate(ANSWER, 5_000) or float("inf"))
        index = stop
    return Times.of(times)


# --- the table -----------------------------------------------------------------------------------


def main(*chosen: str) -> None:
    """Print the table."""
    names = [name for name in LABS if name in chosen] if chosen else LABS
    print(
        f"milliseconds, medians and 90th percentiles of {PRESSES} presses; loss of bar marked !\n"
    )
    print(f"{'':42}{'kernel: first':>15}{'last':>15}{'CPU':>15}{'browser':>15}{'bar':>6}")
    browser = in_browser(names)
    for name in names:
        with made(name) as lab:
            sliders = main_sliders(lab)
        for slider in sliders:
            answers = asyncio.run(in_kernel(name, slider))
            row(
                name, slider, answers, browser.get((name, slider)), BAR if name in AT_ONCE else None
            )
    if "rate_and_clip_lab" in names:
        answers = asyncio.run(the_map())
        first, last = (Times.of([getattr(a, part) for a in answers]) for part in ("first", "last"))
        print(
            f"\na new map of 1271 runs of 500 steps, in the kernel: first {first.median:.0f} ms"
            f" (bar {COARSE_BAR:.0f}), whole {last.median:.0f} ms (bar {MAP_BAR:.0f})"
        )


def row(
    lab: str, slider: str, answers: list[Answer], browser: Times | None, bar: float | None
) -> None:
    kernel = "".join(str(Times.of(list(part))) for part in zip(*answers, strict=True))
    seen = f"{browser}" if browser else f"{'-':>15}"
    missed = " !" if browser and bar and browser.median > bar else ""
    print(f"{lab + '  ' + slider:42}{kernel}{seen}{bar or '-':>6}{missed}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
