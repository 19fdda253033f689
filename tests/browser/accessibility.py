"""What axe-core finds amiss in the notebook that the browser shows."""

from __future__ import annotations

import json

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

OWN = ["mjx-container", ".cm-editor"]  # JupyterLab draws them: formulas and source, many elements
RUN = """async () => {
  const options = {resultTypes: ['violations']};
  const shown = {include: '.jp-Notebook:not(.lm-mod-hidden .jp-Notebook)', exclude: OWN};
  const {violations} = await axe.run(shown, options);
  const call = html => {
    const made = new DOMParser().parseFromString(html, 'text/html').body.firstElementChild;
    return [made.localName, made.getAttribute('role') || '', made.classList[0] || ''].join(' ');
  };
  return violations.flatMap(rule => rule.nodes.map(node => [rule.id, call(node.html)]));
}""".replace("OWN", json.dumps(OWN))


def violations(page: Page) -> set[tuple[str, str]]:
    """Return the rules that are broken, each with the kind of element that breaks it."""
    page.evaluate("source => { if (!window.axe) (0, eval)(source); }", AXE_SCRIPT)
    return {(rule, element) for rule, element in page.evaluate(RUN)}
