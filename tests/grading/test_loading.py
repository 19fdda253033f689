"""Loading a submission: what is run, what is not, and what one fault costs."""

import pytest

from course_lib.grading.loading import CELL_MARK, load
from course_lib.grading.outcomes import BadSyntax, Raised


def cells(*sources):
    return f"\n{CELL_MARK}\n".join(sources)


def state(source, name="f"):
    return load(source, [name])[1][name]


def test_functions_are_loaded_and_may_use_what_stands_before_them():
    source = cells(
        "import numpy as np\nc = 2", "def g(x):\n    return c * x", "def f(x): return g(x)"
    )
    functions, states = load(source, ["f", "g"])
    assert states == {"f": "defined", "g": "defined"}
    assert functions["f"](3) == 6


def test_what_is_not_there_is_missing():
    assert load("x = 1", ["f"]) == ({}, {"f": "missing"})


def test_a_name_that_is_no_function_is_missing():
    assert state("f = 3") == "missing"


def test_a_definition_that_fails_is_not_made_good_by_what_follows():
    assert state("def f(): return 1\n@nothing\ndef f(): return 2\nx = 1").type_name == "NameError"


def test_the_last_definition_counts():
    functions, _ = load("def f(): return 1\ndef f(): return 2", ["f"])
    assert functions["f"]() == 2


def test_a_cell_that_is_not_python_costs_only_what_it_defines():
    source = cells("def f(:\n    return 1", "def g():\n    return 2")
    functions, states = load(source, ["f", "g"])
    assert states["g"] == "defined"
    assert functions["g"]() == 2
    assert isinstance(states["f"], BadSyntax)


def test_a_syntax_error_comes_with_its_line_in_the_cell_and_its_column():
    problem = state(cells("a = 1\nb = 2", "import math\ndef f(x):\n    return (x + \n"))
    assert problem.line_number == 3
    assert problem.line_text == "    return (x +"
    assert problem.column == 12


@pytest.mark.parametrize(
    "source", ["def f(): return '\0'", "def f(): return " + "-" * 200_000 + "1"]
)
def test_text_that_python_cannot_even_begin_to_read_is_a_syntax_error(source):
    assert isinstance(state(source), BadSyntax)


def test_expressions_and_loops_are_passed_over(tmp_path):
    path = tmp_path / "trace"
    source = f"""
def f(): return 1
open({str(path)!r}, "w").close()
print("never")
while True: pass
for _ in [1]: open({str(path)!r}, "w").close()
1 / 0
"""
    assert state(source) == "defined"
    assert not path.exists()


def test_a_statement_that_raises_costs_only_itself():
    source = "import a_package_that_nobody_has\nx = 1 / 0\ndef f(): return 1"
    assert state(source) == "defined"


@pytest.mark.parametrize("error", ["KeyboardInterrupt", "BaseException", "GeneratorExit"])
def test_no_exception_whatever_costs_more_than_its_statement(error):
    source = f"if True:\n    raise {error}\n\ndef f(): return 1\n"
    assert load(source, ["f"])[1] == {"f": "defined"}


def test_leaving_the_interpreter_costs_only_itself():
    assert state("import sys\nx = sys.exit()\ndef f(): return 1") == "defined"


def test_a_definition_that_raises_is_told_with_its_line():
    problem = state("import math\n@math.nothing\ndef f(): return 1")
    assert problem == Raised(
        "AttributeError", "module 'math' has no attribute 'nothing'", 2, "@math.nothing"
    )


def test_definitions_under_if_and_try_count():
    source = "try:\n    import nothing_such\nexcept ImportError:\n    def f(): return 1"
    assert state(source) == "defined"
    assert state("if True:\n    def f(): return 1") == "defined"


@pytest.mark.parametrize(
    "cell",
    [
        "%matplotlib inline\ndef f(): return 1",
        "!pip install numpy\ndef f(): return 1",
        "%%time\ndef f(): return 1",
        "np.dot?\ndef f(): return 1",
        "def f():\n    %timeit 1\n    return 1",
    ],
)
def test_what_only_ipython_understands_is_passed_over(cell):
    assert state(cell) == "defined"


def test_a_cell_of_another_language_defines_nothing():
    assert state("%%bash\ndef f(): return 1") == "missing"


def test_a_percent_sign_in_python_stays():
    functions, _ = load('def f():\n    return """\n% not a magic"""', ["f"])
    assert functions["f"]() == "\n% not a magic"


def test_no_warning_of_a_submission_reaches_the_page():
    assert state("import warnings\nx = '\\d'\ndef f(): return 1 is 1") == "defined"
