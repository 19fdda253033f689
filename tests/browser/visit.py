"""A visit to JupyterLab in a browser: open a notebook, run it, and use its labs by keys and mouse.

Notebooks are opened and run by JupyterLab's own commands, as its menus do it. A picture is known by
its fingerprint, taken from the pixels that the browser shows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from typing import Any

from browser.jupyterlab import BROWSER_OPTIONS, Server
from playwright.sync_api import ElementHandle, Page, sync_playwright

from course_lib import widgets

WINDOW = {"width": 1280, "height": 1000}
MOST_TABS = 60  # a lab has fewer controls
MILLISECONDS = 60_000  # to wait: a machine may be busy; nobody waits longer than needed
AT_HOME = ("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:")
KNOWN = ("Could not restore the debugger state",)  # JupyterLab, where a kernel was ended early

NOTHING_GLIDES = "*, ::before, ::after { transition: none !important; }"  # each frame costs

SCRIPT = r"""
window.course = {
  seen: new WeakMap(),
  // what an image shows, as a number; counted once for each image
  fingerprint(lab) {
    const img = lab.querySelector('.course-lab-picture img');
    if (!img || !img.complete || !img.naturalWidth) return null;
    const source = img.getAttribute('src'), seen = this.seen.get(lab);
    if (seen?.source === source) return seen.hash;
    const canvas = Object.assign(
      document.createElement('canvas'), {width: img.naturalWidth, height: img.naturalHeight});
    const pen = canvas.getContext('2d');
    pen.drawImage(img, 0, 0);
    let hash = 0;
    for (const pixel of new Uint32Array(
      pen.getImageData(0, 0, canvas.width, canvas.height).data.buffer))
      hash = Math.imul(hash ^ pixel, 16777619);
    this.seen.set(lab, {source, hash});
    return hash;
  },
  async until(test, milliseconds) {
    const end = performance.now() + milliseconds;
    while (performance.now() < end) {
      if (test()) return true;
      await new Promise(done => setTimeout(done, 10));
    }
    return false;
  },
  // what stands beside a control, or on it
  label(control) {
    if (control.localName === 'button')
      return control.getAttribute('aria-label') || control.textContent;
    const labels = control.closest('.widget-inline-hbox').querySelectorAll('label');
    return [...labels].map(label => label.textContent.trim().replace('\u200b', '')).join('');
  },
  visible(element) { return element.checkVisibility({visibilityProperty: true}); },
};
"""
OPEN = """async path => {
  const panel = await jupyterapp.commands.execute('docmanager:open', {path, factory: 'Notebook'});
  await Promise.all([panel.context.ready, panel.revealed, panel.sessionContext.ready]);
  return panel;
}"""
RUN = """async panel => {
  jupyterapp.shell.activateById(panel.id);
  return await jupyterapp.commands.execute('notebook:run-all-cells');
}"""
OUTPUTS = """panel => [...panel.model.cells].filter(cell => cell.type === 'code').map(
  cell => ({source: cell.sharedModel.source, count: cell.executionCount,
            outputs: cell.outputs.toJSON()}))"""
CLOSE = """async panel => {
  const {id} = panel.sessionContext.session;
  panel.dispose();  // first: who is still there misses the kernel, and says so in the console
  await jupyterapp.serviceManager.sessions.shutdown(id);
}"""
TOO_WIDE = """lab => {
  const room = lab.closest('.jp-OutputArea-output').getBoundingClientRect();
  return [lab, ...lab.querySelectorAll('*')].filter(course.visible).flatMap(part => {
    const box = part.getBoundingClientRect();
    const fits = box.left >= room.left - 1 && box.right <= room.right + 1;
    return fits ? [] : [`${part.localName}.${part.className}: ${box.left} to ${box.right}`];
  });
}"""
LABELS = """lab => [...lab.querySelectorAll('.slider, select, input, button')].filter(
  control => course.visible(control) && !control.disabled).map(course.label)"""
CHANGES = """([lab, old, ms]) => course.until(
  () => ![null, old].includes(course.fingerprint(lab)), ms)"""
RESTS = """([lab, ms]) => course.until(
  () => !course.visible(lab.querySelector('.widget-hprogress')), ms)"""
ASKS_FOR = """([lab, value, ms]) => course.until(() => {
  const code = lab.querySelector('.course-lab-set-up input').value;
  return code.includes(`=${value},`) || code.includes(`=${value})`);
}, ms)"""
SAYS = """([lab, words, ms]) => course.until(
  () => lab.querySelector('[role=status]').textContent === words, ms)"""
SLIDERS = "lab => [...lab.querySelectorAll('.widget-slider')].filter(course.visible)"
MOVES = """([slider, old, ms]) => course.until(
  () => slider.querySelector('.widget-readout').textContent !== old, ms)"""
NEXT_KEY = """slider => {
  const handle = slider.querySelector('.noUi-handle');
  handle.focus();
  return +handle.ariaValueNow === +handle.ariaValueMax ? 'ArrowLeft' : 'ArrowRight';
}"""
FOCUSED = """lab => lab.contains(document.activeElement)
  ? course.label(document.activeElement) : null"""
SHOW_LABS = """async panel => {
  const found = [];
  for (let i = 0; i < panel.content.widgets.length; i++) {
    const cell = panel.content.widgets[i];
    const tags = cell.model.getMetadata('tags') || [];
    if (!tags.includes('widget')) continue;
    await panel.content.scrollToItem(i, 'start');
    const there = () => cell.node.querySelector('.course-lab');
    await course.until(() => there() && course.fingerprint(there()), 30000);
    if (there()) found.push(there());
  }
  return found;
}"""
SCROLL = """async ([panel, lab]) => {
  const place = panel.content.widgets.findIndex(cell => cell.node.contains(lab));
  await panel.content.scrollToItem(place, 'start');
}"""


class LabOnPage:
    """A lab that the browser shows."""

    def __init__(self, page: Page, panel: Any, element: ElementHandle) -> None:
        self.page, self._panel, self.element = page, panel, element

    def come_into_view(self) -> None:
        """Let JupyterLab scroll to it: an older one draws nothing else."""
        self.page.evaluate(SCROLL, [self._panel, self.element])

    def fingerprint(self) -> int:
        """What the picture shows, as a number."""
        return self.element.evaluate("lab => course.fingerprint(lab)")

    def changes_from(self, fingerprint: int) -> bool:
        """Wait until the picture is another one; False if it stays."""
        return self.page.evaluate(CHANGES, [self.element, fingerprint, MILLISECONDS / 4])

    def comes_to_rest(self) -> bool:
        """Wait until no computation is under way."""
        return self.page.evaluate(RESTS, [self.element, MILLISECONDS])

    def asks_for(self, value: str) -> bool:
        """Wait until the code that makes the lab has this value in it; False if it never has."""
        return self.page.evaluate(ASKS_FOR, [self.element, value, MILLISECONDS / 3])

    def says(self, verdict: str) -> bool:
        """Wait for the verdict; False if it never is this one."""
        return self.page.evaluate(SAYS, [self.element, verdict, MILLISECONDS / 3])

    def verdict(self) -> str:
        return self.element.query_selector("[role=status]").inner_text()

    def set_up(self) -> str:
        """The code that makes the lab."""
        return self.element.query_selector(".course-lab-set-up input").input_value()

    def sliders(self) -> list[SliderOnPage]:
        """The sliders that are shown, once the lab is in view: JupyterLab draws nothing else."""
        self.element.scroll_into_view_if_needed()
        shown = elements(self.element.evaluate_handle(SLIDERS))
        return [SliderOnPage(self, slider) for slider in shown]

    def copy(self) -> str:
        """Press the button, and return what is on the clipboard."""
        self.element.query_selector("button:has-text('Copy this set-up')").click()
        return self.page.evaluate("navigator.clipboard.readText()")

    def switch(self, label: str) -> None:
        """Tick a box, or untick it."""
        self.element.query_selector(f".widget-checkbox label:has-text('{label}')").click()

    def too_wide(self) -> list[str]:
        """What reaches beyond the part of the window that a notebook gives to an output."""
        return self.element.evaluate(TOO_WIDE)

    def controls_by_tab(self) -> list[str]:
        """Go through the lab with the Tab key; what has the focus on the way, by its label."""
        controls = self.element.query_selector_all("select, input, .noUi-handle")
        next(control for control in controls if control.is_visible()).focus()
        seen = []  # a slider and its readout, which can be typed in, have the same label
        while (label := self.element.evaluate(FOCUSED)) and len(seen) < MOST_TABS:
            seen.append(label)
            self.page.keyboard.press("Tab")
        return seen

    def labels(self) -> list[str]:
        """The labels of the controls that are shown."""
        return self.element.evaluate(LABELS)

    def screenshot(self, path: Path) -> None:
        self.element.scroll_into_view_if_needed()
        self.page.screenshot(path=path)


class SliderOnPage:
    """A slider of a lab."""

    def __init__(self, lab: LabOnPage, element: ElementHandle) -> None:
        self.lab, self.element = lab, element

    @property
    def handle(self) -> ElementHandle:
        return self.element.query_selector(".noUi-handle")

    @property
    def label(self) -> str:
        return self.element.query_selector("label").text_content()

    def readout(self) -> str:
        return self.element.query_selector(".widget-readout").text_content()

    def moves_from(self, readout: str) -> bool:
        """Wait until it stands elsewhere; False if it stays."""
        wait = [self.element, readout, MILLISECONDS / 3]
        return self.lab.page.evaluate(MOVES, wait)

    def press(self, *keys: str) -> None:
        self.handle.focus()
        for key in keys:
            self.lab.page.keyboard.press(key)

    def step(self) -> None:
        """Go one stop on, or back from the last; a readout follows too late to tell which."""
        self.lab.page.keyboard.press(self.element.evaluate(NEXT_KEY))

    def drag(self) -> None:
        """Take the handle with the mouse and move it towards the middle of the window."""
        handle, mouse = self.handle, self.lab.page.mouse
        handle.hover()  # waits until it stands still and nothing covers it
        mouse.down()
        box = handle.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        mouse.move(x + (60 if x < WINDOW["width"] / 2 else -60), y, steps=4)
        mouse.up()


class Notebook:
    """A notebook that is open."""

    def __init__(self, page: Page, panel: Any) -> None:
        self.page, self._panel = page, panel

    def run(self) -> bool:
        """Run all cells; False if one of them failed."""
        return self._panel.evaluate(RUN)

    def cells(self) -> list[dict[str, Any]]:
        """Source, count and outputs of each code cell."""
        return self._panel.evaluate(OUTPUTS)

    def labs(self) -> list[LabOnPage]:
        """The labs of the cells tagged `widget`, each scrolled to until it showed its picture."""
        shown = elements(self._panel.evaluate_handle(SHOW_LABS))
        return [LabOnPage(self.page, self._panel, element) for element in shown]

    def close(self) -> None:
        """End the kernel, and close the tab without storing."""
        self._panel.evaluate(CLOSE)


class Visit:
    """A page of JupyterLab, and what it complained of and asked for."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.abroad: list[str] = []
        page.on("console", self._listen)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self._note(request.url))
        page.on("websocket", lambda socket: self._note(socket.url))

    def _listen(self, message: Any) -> None:
        if message.type == "error" and not message.text.startswith(KNOWN):
            self.complaints.append(f"{message.text} ({message.location['url']})")

    def _note(self, url: str) -> None:
        if not url.startswith(AT_HOME):
            self.abroad.append(url)

    @contextmanager
    def notebook(self, path: str) -> Iterator[Notebook]:
        """Open a notebook; close it in the end."""
        notebook = Notebook(self.page, self.page.evaluate_handle(OPEN, path))
        yield notebook
        notebook.close()


def elements(array: Any) -> list[ElementHandle]:
    """Return the elements in an array on the page."""
    values = (value.as_element() for value in array.get_properties().values())
    return [element for element in values if element]


@contextmanager
def visit_with(browser: str, server: Server) -> Iterator[Visit]:
    """Start a browser, and go to JupyterLab."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=list(BROWSER_OPTIONS))
        context = chromium.new_context(viewport=WINDOW)
        context.set_default_timeout(MILLISECONDS)
        context.grant_permissions(["clipboard-read", "clipboard-write"], origin=server.url)
        page = context.new_page()
        page.add_init_script(SCRIPT)
        visiting = Visit(page)
        page.goto(f"{server.url}/lab?token={server.token}&reset")
        page.wait_for_function("window.jupyterapp")
        page.evaluate("jupyterapp.restored.then(() => true)")
        page.add_style_tag(content=NOTHING_GLIDES)
        yield visiting
        chromium.close()


def made(code: str, look: Callable[[Any], Any]) -> Any:
    """Make a lab in a Python of its own, and return what a look at it finds.

    In a thread, since Playwright has an event loop in this one, and a lab would wait for it.
    """

    def make() -> Any:
        with eval(code, vars(widgets).copy()) as lab:
            return look(lab)

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(make).result()


def typed(code: str) -> tuple[str, str]:
    """Type a set-up: the set-up and the verdict of the lab that it makes."""
    return made(code, lambda lab: (repr(lab), unescape(re.sub("<.*?>", "", lab.verdict.value))))
