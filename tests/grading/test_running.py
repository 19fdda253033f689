"""Calling a function: outcomes, the learner's own line, arguments kept, loops ended."""

import linecache
import signal
import threading
import warnings

import numpy as np
import pytest
from grading.processes import busy

from course_lib.grading import running
from course_lib.grading.loading import OutOfTime, load
from course_lib.grading.outcomes import NotCalled, Raised, Returned, TimedOut, Unsupported
from course_lib.grading.running import InProcess, call
from course_lib.grading.values import Build, keywords


def define(source, name="f"):
    functions, states = load(source, [name])
    assert states == {name: "defined"}
    return functions[name]


def test_a_result_comes_back_plain():
    outcome = call(lambda x: (np.float64(x[0]), [1]), (np.array([2.0]),))
    assert outcome.value == (2.0, [1])
    assert type(outcome.value[0]) is float
    assert outcome.changed == ()


def test_arguments_by_name_are_passed_by_name():
    outcome = call(lambda x, *, h=1.0: x / h, (3.0, keywords(h=2.0)))
    assert outcome.value == 1.5


def test_the_arguments_of_a_case_are_never_touched():
    case = (np.zeros(2), [np.zeros(1)])

    def greedy(x, batches):
        x += 1
        batches[0][0] = 5
        batches.append(x)

    outcome = call(greedy, case)
    assert outcome.changed == (0, 1)
    assert case[0].tolist() == [0, 0]
    assert len(case[1]) == 1


def test_an_argument_passed_by_name_that_is_changed_is_noticed():
    def change(x, *, order, size):
        order[:] = 0
        return x.sum()

    case = (np.array([1.0]), keywords(size=2, order=np.array([2, 1])))
    assert call(change, case).changed == (2,)
    assert call(lambda x, *, order, size: size, case).changed == ()


@pytest.mark.parametrize(
    "change",
    [
        lambda x: x.sort(),
        lambda x: x.fill(np.nan),
        lambda x: x.resize(4, refcheck=False),
        lambda x: x.__setitem__(0, x[0] * -0.0),
    ],
)
def test_any_change_in_place_is_seen(change):
    assert call(change, (np.array([3.0, 1.0]),)).changed == (0,)


@pytest.mark.parametrize(
    ("change", "changed"),
    [
        (lambda rates, _: rates.append(rates.pop()), ()),
        (lambda rates, _: rates.__setitem__(0, np.float64(rates[0])), ()),
        (lambda rates, _: rates.__setitem__(0, 2.0), (0,)),
        (lambda rates, _: rates.__setitem__(0, object()), (0,)),
        (lambda rates, _: rates.reverse(), (0,)),
        (lambda _, weights: weights.__setitem__(0, weights[0] * 1.0), ()),
        (lambda _, weights: weights[0].sort(), (1,)),
        (lambda _, weights: weights.__setitem__(0, weights[0].astype(np.float32)), (1,)),
        (lambda _, weights: weights.__setitem__(0, weights[0].reshape(1, 2)), (1,)),
        (lambda _, weights: weights.clear(), (1,)),
    ],
)
def test_a_list_has_changed_if_what_it_holds_has(change, changed):
    assert call(change, ([0.5, 0.25], [np.array([3.0, 1.0])])).changed == changed


def test_a_generator_that_is_used_up_is_no_changed_argument():
    rng = Build("numpy.random:default_rng()", (("seed", 0),))
    assert call(lambda g: g.normal(), (rng,)).changed == ()


def test_what_is_no_value_comes_back_as_its_type():
    assert call(lambda: {1}, ()) == Unsupported("set")
    assert call(lambda: (yield), ()) == Unsupported("generator")


def test_an_exception_points_at_the_learners_line_and_not_into_numpy():
    function = define(
        "import numpy as np\n\ndef f(x):\n    y = 2 * x\n    return np.linalg.inv(y)\n"
    )
    outcome = call(function, (np.zeros((2, 2)),))
    assert outcome == Raised("LinAlgError", "Singular matrix", 5, "return np.linalg.inv(y)")


def test_the_innermost_line_of_the_learner_is_the_one_that_counts():
    function = define("def g(x):\n    return 1 / x\n\ndef f(x):\n    return g(x)\n")
    outcome = call(function, (0,))
    assert (outcome.line_number, outcome.line_text) == (2, "return 1 / x")


def test_an_exception_raised_by_what_we_hand_in_points_at_the_call_of_it():
    function = define("def f(loss):\n    return loss([1, 2, 3])\n")
    outcome = call(function, (Build("course_lib.landscapes:beale().loss"),))
    assert (outcome.type_name, outcome.line_text) == ("ValueError", "return loss([1, 2, 3])")


def test_a_wrong_number_of_arguments_has_no_line_of_the_learner():
    function = define("def f():\n    return 1\n")
    assert call(function, (1,)).line_number == 0


class Nasty(Exception):
    def __str__(self):
        raise RuntimeError("no text for you")


@pytest.mark.parametrize("error", [SystemExit(3), Nasty(), RecursionError(), MemoryError()])
def test_whatever_is_raised_becomes_an_outcome(error):
    def raises():
        raise error

    assert call(raises, ()).type_name == type(error).__name__


def test_a_deep_recursion_becomes_an_outcome():
    function = define("def f(x):\n    return f(x)\n")
    assert call(function, (1,)).type_name == "RecursionError"


def test_no_warning_reaches_the_page():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        outcome = call(lambda x: 1 / x, (np.zeros(1),))
    assert np.isinf(outcome.value[0])


def test_numpys_error_state_is_set_back_for_the_next_function():
    def strict(x):
        np.seterr(all="raise")
        return x

    huge = np.array([1e300])
    runner = InProcess({"strict": strict, "square": lambda x: x * x})
    runner.call("strict", [(huge,)])
    assert np.isinf(runner.call("square", [(huge,)])[0].value[0])


@pytest.fixture
def short(monkeypatch):
    monkeypatch.setattr(running, "SECONDS", 0.2 * busy())


@pytest.mark.usefixtures("short")
class TestEndless:
    def test_a_loop_is_ended_and_its_line_told_and_the_rest_is_not_called(self):
        function = define("def f(x):\n    while x > 0:\n        pass\n    return x\n")
        first, second, third = InProcess({"f": function}).call("f", [(-1,), (1,), (-2,)])
        assert first.value == -1
        assert isinstance(second, TimedOut)
        assert second.line_number in (2, 3)
        assert isinstance(third, NotCalled)

    def test_a_loop_that_catches_every_exception_is_ended(self):
        source = "def f():\n    while True:\n        try:\n            1 / 0\n"
        function = define(source + "        except Exception:\n            pass\n")
        assert isinstance(InProcess({"f": function}).call("f", [()])[0], TimedOut)

    def test_a_loop_that_catches_the_alarm_itself_is_out_of_time_all_the_same(self):
        source = "def f(x):\n    try:\n        while x: pass\n    except BaseException:\n"
        function = define(source + "        pass\n    return x\n")
        first, second, third = InProcess({"f": function}).call("f", [(0,), (1,), (0,)])
        assert first.value == 0
        assert isinstance(second, TimedOut)
        assert isinstance(third, NotCalled)

    def test_an_alarm_between_two_calls_ends_the_check(self, monkeypatch):
        def late(function, case):
            if case == (1,):
                raise OutOfTime
            return Returned(function(*case))

        monkeypatch.setattr(running, "attempt", late)
        first, second, third = InProcess({"f": lambda x: x}).call("f", [(0,), (1,), (2,)])
        assert first.value == 0
        assert isinstance(second, TimedOut)
        assert isinstance(third, NotCalled)

    def test_a_submission_that_never_ends_loading_is_ended(self):
        source = "def g():\n    while True: pass\n\nx = g()\ndef f(): return 1\n"
        state = InProcess().load(source, ["f"])["f"]
        assert isinstance(state, TimedOut)

    def test_no_alarm_is_left_behind(self):
        def own(*_):
            raise AssertionError("an alarm of ours rang")

        before = signal.signal(signal.SIGALRM, own)
        try:
            InProcess({"f": lambda: 1}).call("f", [()])
            assert signal.getsignal(signal.SIGALRM) is own
            assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
        finally:
            signal.signal(signal.SIGALRM, before)


def test_an_interrupt_by_the_user_ends_the_check_and_is_told():
    def interrupted(x):
        if x == 1:
            raise KeyboardInterrupt
        return x

    first, second, third = InProcess({"f": interrupted}).call("f", [(0,), (1,), (2,)])
    assert isinstance(first, Returned)
    assert second.type_name == "KeyboardInterrupt"
    assert isinstance(third, NotCalled)


def test_a_check_in_a_thread_works_without_an_alarm():
    outcomes = []
    runner = InProcess({"f": lambda: 1})
    thread = threading.Thread(target=lambda: outcomes.extend(runner.call("f", [()])))
    thread.start()
    thread.join()
    assert outcomes[0].value == 1


def test_the_line_is_that_of_this_submission_and_not_of_one_loaded_later():
    first = define("def f():\n    return 1 / 0\n")
    define("def f():\n    return 'another'\n")
    assert call(first, ()).line_text == "return 1 / 0"


def test_lines_of_a_cell_survive_a_check_of_the_cache():
    function = define("def f():\n    return 1 / 0\n")
    linecache.checkcache()
    assert call(function, ()).line_text == "return 1 / 0"
