"""What axe-core finds amiss in the notebook that the browser shows."""

from __future__ import annotations

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

# JupyterLab draws formulas and source, from many elements: while axe looks, text stands for each.
RUN = """async () => {
  const notebook = document.querySelector('.jp-Notebook:not(.lm-mod-hidden .jp-Notebook)');
  const drawn = [...notebook.querySelectorAll('mjx-container, .cm-editor')].map(part => {
    const {width, height} = part.getBoundingClientRect();
    const text = Object.assign(part.cloneNode(false), {textContent: part.textContent});
    text.style.cssText = `width: ${width}px; height: ${height}px; overflow: hidden`;
    return [part, text];
  });
  for (const [part, text] of drawn) part.replaceWith(text);
  const {violations} = await axe.run(notebook, {resultTypes: ['violations']});
  for (const [part, text] of drawn) text.replaceWith(part);
  const call = html => {
    const made = new DOMParser().parseFromString(html, 'text/html').body.firstElementChild;
    return [made.localName, made.getAttribute('role') || '', made.classList[0] || ''].join(' ');
  };
  return violations.flatMap(rule => rule.nodes.map(node => [rule.id, call(node.html)]));
}"""


def violations(page: Page) -> set[tuple[str, str]]:
    """Return the rules that are broken, each with the kind of element that breaks it."""
    page.evaluate("source => { if (!window.axe) (0, eval)(source); }", AXE_SCRIPT)
    return {(rule, element) for rule, element in page.evaluate(RUN)}
