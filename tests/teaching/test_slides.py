"""A hand-out has the whole lecture on one page that needs no network; a worksheet, its questions.

A page takes a third of a second to make, so the whole of it is looked at for two lectures: one
whose cells have few tags, and one with derivations. Formulas are tried in all.
"""

import functools
import html
import re
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from course_lib.__main__ import main
from course_lib.teaching.minutes import read_cells, source, topics
from course_lib.teaching.outline import read_lecture
from course_lib.teaching.slides import hand_out

pytest.importorskip("latex2mathml", reason="make .venv/tests.stamp installs what is missing")
from course_lib.teaching.formulas import Formulas, mathml

HOUSE = Path(__file__).parents[2]
PAGES = ("02_core_concepts", "03_3_gradients")
VOID = {"img", "br", "hr", "meta", "link", "input"}


@functools.cache
def page(slug, worksheet=False):
    return hand_out(read_lecture(HOUSE, slug), worksheet=worksheet)


class Reading(HTMLParser):
    """The text of a page, its formulas and listings aside; what it asks for; what is not closed."""

    def __init__(self, page):
        super().__init__()
        self.words, self.open, self.wrong, self.asked = [], [], [], []
        self.feed(page)
        self.wrong += self.open

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open.append(tag)
        self.asked += [value for key, value in attrs if key in ("src", "href")]

    def handle_startendtag(self, tag, attrs):
        pass  # <mspace/> of MathML

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data):
        if not {"math", "pre", "code", "style"} & set(self.open):
            self.words += re.findall(r"[^\W\d_]{2,}", data)


@functools.cache
def reading(slug, worksheet=False):
    return Reading(page(slug, worksheet))


def words_of_text(text):
    text = re.sub(r"```.*?```|`[^`\n]*`|\$\$.*?\$\$|\$[^$\n]+\$", " ", text, flags=re.S)
    text = re.sub(r"\]\([^)]*\)|<[^>]*>", " ", text)
    return re.findall(r"[^\W\d_]{2,}", html.unescape(text))


@pytest.mark.parametrize("slug", PAGES)
def test_every_word_of_the_lecture_is_on_the_page_in_order(slug):
    cells = read_cells(HOUSE / "notebooks" / f"{slug}.ipynb")
    words = iter(reading(slug).words)
    text = "\n\n".join(source(cell) for cell in cells if cell["cell_type"] == "markdown")
    assert [word for word in words_of_text(text) if word not in words] == []


@pytest.mark.parametrize("slug", PAGES)
def test_a_page_is_whole_and_asks_for_nothing_from_elsewhere(slug):
    found = reading(slug)
    assert found.wrong == []
    assert [
        to for to in found.asked if not to.startswith(("data:image/png;base64,", "https:"))
    ] == []
    assert "<script" not in page(slug)
    assert 'src="http' not in page(slug)
    assert "@import" not in page(slug)


@pytest.mark.parametrize("slug", PAGES)
def test_no_formula_is_left_as_latex_outside_code(slug):
    shown = re.sub(r"<pre.*?</pre>|<code.*?</code>|<style.*?</style>", "", page(slug), flags=re.S)
    shown = re.sub(r"<[^>]*>", "", shown)
    assert re.findall(r"\\[a-zA-Z]+|\$[^$]*\$|xformula", shown) == []


@pytest.mark.parametrize("slug", topics(HOUSE))
def test_every_formula_of_a_lecture_can_be_read(slug):
    formulas = Formulas()
    for cell in read_cells(HOUSE / "notebooks" / f"{slug}.ipynb"):
        texts = [source(cell)] if cell["cell_type"] == "markdown" else []
        texts += ["".join(o.get("data", {}).get("text/latex", "")) for o in cell.get("outputs", ())]
        made = formulas.put_back(formulas.take_out("\n\n".join(texts).replace("<", "&lt;")))
        shown = re.sub(r"`[^`]*`", "", re.sub(r"<[^>]*>", "", made.partition("```")[0]))
        assert "<code>" not in made
        assert re.findall(r"\\[a-zA-Z]+|&[a-z]*(?=&)|xformula", shown) == []


@pytest.mark.parametrize("slug", PAGES)
def test_every_figure_of_the_lecture_is_in_the_page_with_its_alternative_text(slug):
    lecture = "".join(
        "".join(output.get("data", {}).get("text/html", ""))
        for cell in read_cells(HOUSE / "notebooks" / f"{slug}.ipynb")
        for output in cell.get("outputs", ())
    )
    found, expected = (
        [html.unescape(alt) for alt in re.findall(r'<img alt="([^"]+)"', text)]
        for text in (page(slug), lecture)
    )
    assert found == expected


def test_a_worksheet_has_the_questions_and_no_answer():
    slug = "03_3_gradients"
    text = page(slug, worksheet=True)
    questions = [q for section in read_lecture(HOUSE, slug).sections for q in section.questions]
    assert text.count('class="course-ask"') == len(questions) == 16
    for absent in ("Answers to the quiz", "<details", "What you take with you", "<img"):
        assert absent not in text
    shown = " ".join(reading(slug, worksheet=True).words)
    for question in questions:
        for cell in question.answer:
            if cell["cell_type"] == "markdown":
                assert " ".join(words_of_text(source(cell))) not in shown


def test_the_answers_of_the_quiz_stand_together_at_the_end():
    text = page("03_3_gradients")
    assert "<details" not in text
    answers = text.partition("Answers to the quiz")[2]
    assert re.findall(r"<b>([A-F])\.</b>", answers) == ["B", "A", "B", "B", "B"]


def test_each_section_is_one_for_the_printer():
    lecture = read_lecture(HOUSE, "03_3_gradients")
    text = page("03_3_gradients")
    assert text.count("<section>") == len(lecture.sections) + 1  # and the answers
    assert "section + section { break-before: page; }" in text


def test_a_figure_is_shown_without_the_code_that_draws_it_and_a_proof_with_it():
    text = re.sub(r"<[^>]*>", "", page("02_core_concepts"))
    assert "subplots(" not in text
    assert "layer.derive" in re.sub(r"<[^>]*>", "", page("03_3_gradients"))


def symbols(latex, **more):
    return re.sub(r"<[^>]*>", "", html.unescape(mathml(latex, **more)))


@pytest.mark.parametrize(
    ("latex", "shown"),
    [
        ("x_1", "x1"),
        (r"\frac16 |f'''| h^2", "16|f′′′|h2"),
        (r"f'(z_{j'})", "f′(zj′)"),
        (r"\text{only $i' = i$ is left}", "only\xa0i′=i\xa0is\xa0left"),
        (r"\text{don't}", "don't"),
    ],
)
def test_a_formula_says_what_it_said(latex, shown):
    assert symbols(latex) == shown


def test_equations_that_are_lined_up_stay_so():
    found = mathml(r"\begin{aligned} L &= 1 \\[4pt] y &= f(z) \end{aligned}", block=True)
    assert found.count("<mtr>") == 2
    assert found.count("<mtd") == 4
    assert 'display="block"' in found
    assert "4pt" not in re.sub(r"<[^>]*>", "", found)


def test_what_cannot_be_read_is_shown_as_it_is():
    assert mathml("x^1^2 < y") == "<code>x^1^2 &lt; y</code>"


def test_listings_and_prices_are_no_formulas():
    formulas = Formulas()
    text = "`$a$` and\n```\n$b$\n```\nfor \\$5 or 5$ each"
    assert formulas.take_out(text) == text


def test_a_formula_in_html_may_have_a_sign_for_less():
    formulas = Formulas()
    taken = formulas.take_out_of_html('<b title="$t$">$z < 1$ or $z &lt; 1$</b>')
    assert taken == '<b title="$t$">xformula0x or xformula1x</b>'
    first, second = re.findall("<math.*?</math>", formulas.put_back(taken))
    assert first == second


def test_the_command_writes_it(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(HOUSE)
    out = tmp_path / "new" / "page.html"
    assert main(["slides", "00_start_here", "--out", str(out)]) == 0
    assert out.read_text("utf-8") == page("00_start_here")
    assert str(out) in capsys.readouterr().out
    assert main(["slides", "00_start_here", "--worksheet", "--out", str(out)]) == 0
    assert out.read_text("utf-8") == page("00_start_here", True)
    assert main(["slides", "00_start_her"]) == 2
    assert "00_start_here" in capsys.readouterr().err


def test_without_its_package_the_command_says_how_to_get_it(monkeypatch, capsys):
    monkeypatch.chdir(HOUSE)
    monkeypatch.setitem(sys.modules, "course_lib.teaching.formulas", None)
    assert main(["slides", "00_start_here"]) == 2
    assert ".[handout]" in capsys.readouterr().err
