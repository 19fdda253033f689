"""The sandbox runs each function for what it is worth, and says what became of it."""

import contextlib
import os
import platform
import re
import signal
import struct
import subprocess
import sys
import threading
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from grading.processes import (
    adopt_orphans,
    descendants,
    descendants_in_the_end,
    impatient,
    short_limits,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.grading import values, wire
from course_lib.grading.outcomes import (
    BadSyntax,
    Crashed,
    NotCalled,
    Raised,
    Returned,
    TimedOut,
    Unsupported,
)
from course_lib.grading.sandbox import (
    Limits,
    Sandbox,
    SandboxError,
    SandboxRunner,
    messages,
    seccomp,
)
from course_lib.grading.sandbox.children import ONE_THREAD, Gone

HOUSE = Path(__file__).parents[2]
LIMITS = short_limits(0.6)
KINDS = ["hardened", "unhardened"] if seccomp.supported() else ["unhardened"]
hardened_only = pytest.mark.skipif(not seccomp.supported(), reason="walls need Linux and seccomp")


@pytest.fixture(scope="module", params=KINDS)
def sandbox(request):
    with Sandbox(limits=LIMITS, unhardened=request.param == "unhardened") as sandbox:
        yield sandbox


@pytest.fixture(scope="module", params=KINDS)
def patient(request):
    """A sandbox for what takes its time and does end."""
    unhardened = request.param == "unhardened"
    with Sandbox(limits=Limits(seconds=60.0), unhardened=unhardened) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def hardened():
    if not seccomp.supported():
        pytest.skip("walls need Linux and seccomp")
    adopt_orphans()
    before = descendants()
    with Sandbox(limits=LIMITS) as sandbox:
        yield sandbox
    assert descendants_in_the_end(before) == set()


def attempt(sandbox, source, *names, cases=((1.0,),)):
    """Load a submission and call some of its functions; return the states and the outcomes."""
    with sandbox.runner() as runner:
        states = runner.load(source, names)
        return states, {name: runner.call(name, list(cases)) for name in names}


def value(outcomes):
    return [outcome.value for outcome in outcomes]


# What a call returns, and what it does not


def test_values_of_every_kind_come_back_as_they_are(sandbox):
    case = (None, True, -7, 0.1, "π", np.ones((2, 3), "f4"), [np.arange(3), (1, [False])])
    _, outcomes = attempt(sandbox, "def same(*x):\n    return list(x)\n", "same", cases=[case])
    assert values.same(outcomes["same"][0].value, list(case))
    assert outcomes["same"][0].changed == ()


def test_numbers_of_numpy_come_back_as_numbers_of_python(sandbox):
    source = "import numpy as np\n\ndef f(x):\n    return np.mean(x), np.int32(3), np.bool_(True)\n"
    _, outcomes = attempt(sandbox, source, "f", cases=[(np.array([1.0, 2.0]),)])
    assert values.same(outcomes["f"][0].value, (1.5, 3, True))


def test_an_argument_that_was_changed_is_named(sandbox):
    source = "def f(a, b, c):\n    b[0] = 7.0\n    c.append(1)\n    return a\n"
    _, outcomes = attempt(sandbox, source, "f", cases=[(np.ones(1), np.ones(2), [np.ones(1)])] * 2)
    assert [outcome.changed for outcome in outcomes["f"]] == [(1, 2), (1, 2)]


def test_an_input_that_is_not_data_is_built_beside_the_learners_code(sandbox):
    source = "def f(rng, n):\n    return rng.normal(size=n)\n"
    case = (values.Build("numpy.random:default_rng()", (("seed", 3),)), 4)
    _, outcomes = attempt(sandbox, source, "f", cases=[case])
    assert values.same(outcomes["f"][0].value, np.random.default_rng(3).normal(size=4))


def test_arguments_are_passed_by_name_too(sandbox):
    source = "def f(x, *, rate):\n    return x * rate\n"
    _, outcomes = attempt(sandbox, source, "f", cases=[(2.0, values.keywords(rate=0.25))])
    assert value(outcomes["f"]) == [0.5]


def test_an_object_is_unsupported(sandbox):
    _, outcomes = attempt(sandbox, "def f(x):\n    return {x}\n", "f")
    assert outcomes["f"] == [Unsupported("set")]


def test_a_result_larger_than_a_message_is_unsupported(sandbox):
    source = "import numpy as np\n\ndef f(x):\n    return np.zeros(1_048_577)\n"
    _, outcomes = attempt(sandbox, source, "f")
    assert outcomes["f"] == [Unsupported("ndarray of shape (1048577,)")]


@pytest.mark.parametrize("size", [1, 100, 2_000, 20_000])
def test_answers_arrive_whether_they_are_many_or_large(size, patient):
    """A pipe holds few pages: the child has to say when there is something to take out."""
    source = f"import numpy as np\n\ndef f(x):\n    return np.full({size}, x)\n"
    cases = [(float(n),) for n in range(max(40_000 // size, 100) // 10)]
    _, outcomes = attempt(patient, source, "f", cases=cases)
    assert [array[-1] for array in value(outcomes["f"])] == [x for (x,) in cases]


def test_results_that_are_too_much_together_end_the_function(patient):
    source = "import numpy as np\n\ndef f(x):\n    return np.zeros(1_000_000)\n"
    _, outcomes = attempt(patient, source, "f", cases=[(1.0,)] * 6)
    kinds = [type(outcome) for outcome in outcomes["f"]]
    assert kinds == [Returned] * 4 + [Crashed, NotCalled]
    assert "bytes of results" in outcomes["f"][4].reason


def test_an_exception_comes_with_its_message_and_the_learners_line(sandbox):
    source = "import numpy as np\n\ndef f(x):\n    y = x\n    return np.linalg.inv(y)\n"
    _, outcomes = attempt(sandbox, source, "f", cases=[(np.zeros((2, 2)),)])
    line = "return np.linalg.inv(y)"
    assert outcomes["f"] == [Raised("LinAlgError", "Singular matrix", 5, line)]


def test_warnings_change_nothing(sandbox):
    source = "import numpy as np\n\ndef f(x):\n    return np.log(np.array([x - 1.0]))\n"
    _, outcomes = attempt(sandbox, source, "f")
    assert value(outcomes["f"]) == [np.array([-np.inf])]


def test_output_goes_nowhere_and_input_is_empty(sandbox, capfd):
    source = (
        "import os, sys\n\ndef f(x):\n    print('loud')\n    os.write(2, b'louder')\n"
        "    return sys.stdin.read()\n"
    )
    _, outcomes = attempt(sandbox, source, "f")
    assert value(outcomes["f"]) == [""]
    assert capfd.readouterr() == ("", "")


# Loading


def test_loading_says_what_became_of_each_function(sandbox):
    source = (
        "def good(x):\n    return x\n\ndef bad(x, y=1 / 0):\n    return y\n\nlater = good\n"
        "# [cell]\ndef broken(x)\n    return x\n"
    )
    states, _ = attempt(sandbox, source, "good", "later")
    assert states == {"good": "defined", "later": "defined"}
    with sandbox.runner() as runner:
        states = runner.load(source, ["bad", "broken", "absent"])
    assert states["absent"] == "missing"
    assert states["bad"] == Raised(
        "ZeroDivisionError", "division by zero", 4, "def bad(x, y=1 / 0):"
    )
    assert isinstance(states["broken"], BadSyntax)
    assert (states["broken"].line_number, states["broken"].column) == (1, 14)


def test_a_submission_that_cannot_be_loaded_in_time_is_named_by_its_line(sandbox):
    source = "def forever():\n    while True:\n        pass\n\nx = forever()\n"
    with impatient(sandbox), sandbox.runner() as runner:
        states = runner.load(source, ["f", "g"])
    assert {type(state) for state in states.values()} == {TimedOut}
    assert states["f"].line_text == "while True:"


def test_a_submission_that_ends_its_process_while_it_loads_has_crashed(sandbox):
    with sandbox.runner() as runner:
        states = runner.load("import os\n\nx = os._exit(5)\n", ["f"])
    assert states == {"f": Crashed("the process ended itself (exit status 5)")}


def test_the_standard_library_and_course_lib_can_be_imported(sandbox):
    source = (
        "import collections, dataclasses, functools, itertools, math, random, statistics, typing\n"
        "from course_lib.losses import mse\n"
        "from course_lib import activations\n\n"
        "@dataclasses.dataclass\nclass Point:\n    x: float\n\n"
        "@functools.cache\ndef f(x):\n    return activations.sigmoid(Point(x - 1).x)\n"
    )
    _, outcomes = attempt(sandbox, source, "f")
    assert value(outcomes["f"]) == [0.5]


def test_what_reads_a_file_at_its_first_use_has_read_it(sandbox):
    """A child may open none: neither the digits of course_lib nor a module that another wants."""
    source = (
        "import datetime\nfrom course_lib.datasets import digits\n\n"
        "def f(x):\n    return digits().X.shape, datetime.datetime.strptime('2020', '%Y').year\n"
    )
    _, outcomes = attempt(sandbox, source, "f")
    assert value(outcomes["f"]) == [((1797, 64), 2020)]


def test_a_plot_beside_a_function_does_not_cost_the_function(sandbox):
    source = (
        "import matplotlib.pyplot as plt\nfrom sympy import *\nfrom torch import nn\n"
        "figure = plt.figure()\n\n"
        "def f(x):\n    return x + 1\n\ndef g(x):\n    plt.plot(x)\n    return x\n"
    )
    _, outcomes = attempt(sandbox, source, "f", "g")
    assert value(outcomes["f"]) == [2.0]
    (raised,) = outcomes["g"]
    assert (raised.type_name, raised.line_text) == ("ModuleNotFoundError", "plt.plot(x)")
    assert raised.message.startswith("matplotlib.pyplot.plot cannot be used here")


def test_a_library_that_looks_for_another_one_does_not_find_a_stand_in(sandbox):
    """Libraries try an import and go on without it; only a submission means what it imports."""
    source = "import importlib\n\ndef f(x):\n    importlib.import_module('matplotlib')\n"
    _, outcomes = attempt(sandbox, source, "f")
    assert outcomes["f"][0].type_name == "ModuleNotFoundError"
    assert outcomes["f"][0].message.startswith("No module named")


def test_a_class_that_is_derived_from_what_is_not_there_says_so(sandbox):
    source = "import torch\n\nclass f(torch.nn.Module):\n    pass\n"
    with sandbox.runner() as runner:
        states = runner.load(source, ["f"])
    assert states["f"].message.startswith("torch.nn.Module cannot be used here")


# What goes wrong costs one function

DEATHS = """
import ctypes, os, sys

def loop(x):
    if x == 2.0:
        while True:
            pass
    return x

def deaf(x):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass

def leave(x):
    os._exit(3)

def crash(x):
    ctypes.string_at(0)

def rubbish(x):
    for descriptor in range(3, 8):
        try:
            os.write(descriptor, b"rubbish" * 100)
        except OSError:
            pass
    return x

def out(x):
    sys.exit(0)

def well(x):
    return 2.0 * x
"""


def test_each_death_costs_one_function_and_the_next_gets_a_fresh_child(sandbox):
    names = ["well", "loop", "deaf", "leave", "crash", "rubbish", "out"]
    with impatient(sandbox) as limits, sandbox.runner() as runner:
        assert set(runner.load(DEATHS, names).values()) == {"defined"}
        outcomes = {}
        for name in names:
            outcomes[name] = runner.call(name, [(1.0,), (2.0,), (3.0,)])
            assert value(runner.call("well", [(1.0,)])) == [2.0]
    assert value(outcomes["well"]) == [2.0, 4.0, 6.0]
    assert outcomes["loop"][0].value == 1.0
    assert outcomes["loop"][1].seconds == limits.seconds
    assert outcomes["loop"][1].line_text in ("while True:", "pass")
    assert outcomes["loop"][2] == NotCalled("an earlier case ended the process")
    assert outcomes["deaf"][0] == TimedOut(limits.seconds)
    assert outcomes["leave"][0] == Crashed("the process ended itself (exit status 3)")
    assert "signal 11" in outcomes["crash"][0].reason
    assert isinstance(outcomes["rubbish"][0], Crashed)
    assert outcomes["out"][0].type_name == "SystemExit"


def test_a_loop_costs_less_than_three_seconds_with_the_limits_of_a_batch():
    """The sum of the limits, since a test that measures time fails on a busy machine."""
    assert Limits().seconds + Limits().grace < 3.0


def test_a_module_that_is_changed_stays_changed_for_one_submission_only(sandbox):
    source = "import math\n\nmath.pi = 3.0\n\ndef f(x):\n    return math.pi\n"
    _, outcomes = attempt(sandbox, source, "f")
    assert value(outcomes["f"]) == [3.0]
    _, outcomes = attempt(sandbox, source.replace("math.pi = 3.0\n", ""), "f")
    assert value(outcomes["f"]) == [np.pi]


AHEAD = """
import sys

def ahead(x):
    frame = sys._getframe()
    while "token" not in frame.f_locals:
        frame = frame.f_back
    answer = sys.modules["course_lib.grading.sandbox.messages"].encode_outcome
    returned = sys.modules["course_lib.grading.outcomes"].Returned
    for _ in range(5):
        frame.f_locals["self"].say(frame.f_locals["token"], answer(returned(99.0)))
    return x

def well(x):
    return 2.0 * x
"""


def test_answers_that_are_written_ahead_count_for_no_other_function(sandbox):
    _, outcomes = attempt(sandbox, AHEAD, "ahead", "well", cases=[(1.0,), (2.0,)])
    assert value(outcomes["ahead"]) == [99.0, 99.0]
    assert value(outcomes["well"]) == [2.0, 4.0]


# What the coordinator does with whatever a child says


class Parrot:
    """A child that sends what it is told to, and a host that starts such children."""

    layers = ()
    cpu_seconds = 0.0

    def __init__(self, script):
        self.script = list(script)

    def start(self):
        self.frames = messages.Frames(limit=wire.MAX_BYTES)
        return self

    def send(self, data, deadline):
        token = data[4 : 4 + messages.TOKEN_BYTES]
        for with_token, said in self.script:
            self.frames.feed(messages.frame(token, said) if with_token else said)

    def receive(self, deadline):
        frame = self.frames.next()
        if frame is None:
            raise Gone
        return frame

    def end(self):
        return "it has ended"

    def named(self, cases):
        return list(cases)


def outcome_messages():
    kinds = st.sampled_from([0, 1, 2, 3, 4, 253, 254, 255])
    bodies = st.one_of(st.binary(max_size=60), st.sampled_from([b"T\0\0\0\0", b"N", b"\0N"]))
    honest = [
        messages.encode_outcome(outcome)
        for outcome in (Returned(1.0), Raised("E", "m", 1, "l"), Unsupported("set"), TimedOut(1.0))
    ]
    forged = st.builds(lambda kind, body: bytes((kind,)) + body, kinds, bodies)
    return st.one_of(forged, st.binary(max_size=60), st.sampled_from([*honest, b"\xfe", b"\xfd"]))


@settings(max_examples=300)
@given(st.lists(st.tuples(st.booleans(), outcome_messages()), max_size=6))
def test_whatever_a_child_says_there_is_one_verdict_for_each_case(script):
    runner = SandboxRunner(Parrot(script), Limits(seconds=10.0))
    states = runner.load("", ["f", "g"])
    assert list(states) == ["f", "g"]
    outcomes = runner.call("f", [(1.0,), (2.0,), (3.0,)])
    assert len(outcomes) == 3
    for outcome in outcomes:
        assert isinstance(outcome, (Returned, Raised, Unsupported, TimedOut, Crashed, NotCalled))
        if isinstance(outcome, Returned):
            values.normalize(outcome.value)


@given(st.integers(0, (1 << 32) - 1), st.binary(max_size=200))
def test_a_frame_takes_memory_for_what_arrived_and_not_for_what_was_announced(size, sent):
    frames = messages.Frames(limit=wire.MAX_BYTES)
    tracemalloc.start()
    try:
        frames.feed(struct.pack("<I", size) + bytes(messages.TOKEN_BYTES) + sent)
        if size > wire.MAX_BYTES:
            with pytest.raises(wire.WireError, match=f"a message of {size} bytes"):
                frames.next()
        else:
            assert frames.next() == (None if size > len(sent) else (messages.NO_TOKEN, sent[:size]))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1 << 18


@pytest.mark.parametrize(
    "fields",
    [
        ("E", "m", 1.5, "l"),
        (7, "m", 1, "l"),
        ("E", None, 1, "l"),
        ("E", "m", True, "l"),
        ("E", "m"),
    ],
)
def test_an_outcome_with_fields_of_other_types_is_none(fields):
    """What is built from them would fail later, in whoever reads it."""
    kind = messages.encode_outcome(Raised("E", "m", 1, "l"))[:1]
    with pytest.raises(wire.WireError, match="fields of Raised"):
        messages.decode_outcome(kind + wire.encode(fields))


def test_a_text_of_a_child_is_bounded():
    """It goes into reports: a child could otherwise fill a teacher's page."""
    long = messages.encode_outcome(Raised("E", "x" * (messages.MAX_TEXT + 1), 1, "line"))
    with pytest.raises(wire.WireError, match="fields of Raised"):
        messages.decode_outcome(long)


def test_loading_and_calling_have_answers_of_their_own():
    with pytest.raises(wire.WireError, match="starts no answer"):
        messages.decode_outcome(messages.encode_state(BadSyntax("m")))
    with pytest.raises(wire.WireError, match="starts no answer"):
        messages.decode_state(messages.encode_outcome(Unsupported("set")))
    with pytest.raises(wire.WireError, match="starts no answer"):
        messages.decode_state(messages.encode_outcome(Returned("defined")))


def test_a_child_cannot_say_that_it_was_not_called():
    """That, and a crash, are for the coordinator to find."""
    for kind in range(4, 255):
        with pytest.raises(wire.WireError):
            messages.decode_outcome(bytes((kind,)) + wire.encode(("because",)))


# The walls


@hardened_only
def test_the_layers_in_force_are_those_that_this_machine_has(hardened):
    expected = {"rlimits", "no privileges", "seccomp"}
    if Path("/sys/kernel/security/lsm").exists():
        expected |= {"landlock"} & set(Path("/sys/kernel/security/lsm").read_text().split(","))
    assert expected <= set(hardened.layers())
    assert hardened.hardened
    for name, flag in {"pid": "-p", "network": "-n", "ipc": "-i", "host name": "-u"}.items():
        command = ["unshare", "-U", "-r", flag, "-f", "true"]
        allowed = subprocess.run(command, capture_output=True, check=False).returncode == 0
        if os.getuid() != 0:  # root is allowed what nobody, whom the sandbox becomes, may not be
            assert (f"{name} namespace" in hardened.layers()) == allowed
        elif not allowed:
            assert f"{name} namespace" not in hardened.layers()


def test_without_walls_the_sandbox_says_so():
    with Sandbox(unhardened=True) as sandbox:
        assert sandbox.layers() == ()
        assert not sandbox.hardened


@hardened_only
def test_a_submission_sees_no_file_no_other_process_and_no_environment(hardened):
    source = (
        "import os, sys\n\n"
        "def f(x):\n    return os.getpid(), len(os.environ), sys.argv, len(sys.path)\n\n"
        "def g(x):\n    return open('/proc/self/status').read()\n"
    )
    _, outcomes = attempt(hardened, source, "f", "g")
    pid, environment, arguments, path = outcomes["f"][0].value
    assert (environment, arguments, path) == (0, [""], 0)
    if "pid namespace" in hardened.layers():
        assert pid < 1000
    assert outcomes["g"][0].type_name in ("PermissionError", "FileNotFoundError")


@hardened_only
def test_seen_from_outside_a_child_has_no_rights(sandbox_and_processes):
    sandbox, processes = sandbox_and_processes
    with sandbox.runner() as runner:
        before = processes()
        runner.load("def f(x):\n    return x\n", ["f"])
        (child,) = processes() - before
        status = Path(f"/proc/{child}/status").read_text()
        owner = os.stat(f"/proc/{child}/mem").st_uid
        if os.getuid() == 0:  # others may not look
            environment = Path(f"/proc/{child}/environ").read_text().split("\0")
            names = {variable.partition("=")[0] for variable in environment}
            assert names <= {"", "LD_LIBRARY_PATH", "LC_CTYPE", "PYTHONHASHSEED", *ONE_THREAD}
    fields = dict(re.findall(r"^(\w+):\t(.*)$", status, re.MULTILINE))
    assert "0" not in fields["Uid"].split()
    assert fields["Groups"].split() == [] or os.getuid() != 0
    assert {fields[f"Cap{kind}"] for kind in ("Inh", "Prm", "Eff", "Amb")} == {"0" * 16}
    assert (fields["NoNewPrivs"], fields["Seccomp"], fields["Threads"]) == ("1", "2", "1")
    assert owner == 0  # so that no other process of the same user may look into it


@hardened_only
@pytest.mark.parametrize("layers", [None, ("rlimits", "seccomp")], ids=["all", "few"])
def test_a_child_does_not_outlive_its_zygote(layers):
    adopt_orphans()
    before = descendants()
    source = "import time\n\ndef f(x):\n    time.sleep(1000)\n"
    with Sandbox(limits=LIMITS, only_layers=layers) as sandbox:
        zygote = descendants() - before
        with sandbox.runner() as runner:
            runner.load(source, ["f"])
            child = descendants() - before - zygote
            kill(zygote)
            assert len(child) == 1
            assert descendants_in_the_end(before) == set()


@hardened_only
def test_a_layer_that_this_machine_does_not_have_cannot_be_asked_for():
    with pytest.raises(SandboxError, match="but not moat"):
        Sandbox(only_layers=("moat",))


@hardened_only
def test_a_child_has_no_descriptor_but_its_own(hardened):
    source = (
        "import os\n\n"
        "def f(x):\n    return [number for number in range(3, 200) if there(number)]\n\n"
        "def there(descriptor):\n    try:\n        return os.write(descriptor, b'') == 0\n"
        "    except OSError:\n        return False\n"
    )
    _, outcomes = attempt(hardened, source, "f")
    assert value(outcomes["f"]) == [[3, 4]]


@hardened_only
def test_memory_that_is_too_much_is_refused_and_the_next_case_goes_on(hardened):
    source = "def f(x):\n    return len(bytearray(int(x)))\n"
    _, outcomes = attempt(hardened, source, "f", cases=[(float(1 << 31),), (10.0,)])
    assert outcomes["f"][0].type_name == "MemoryError"
    assert outcomes["f"][1].value == 10


@hardened_only
def test_cases_that_were_prepared_give_the_same_outcomes(hardened):
    source = "def f(x, y):\n    x += 1.0\n    return x, y\n"
    cases = [(np.arange(n + 0.0), [n]) for n in range(1, 6)]
    prepared = hardened.prepare(cases)
    assert len(prepared) == 5
    for _ in range(2):  # what one submission does to its inputs, the next does not see
        _, outcomes = attempt(hardened, source, "f", cases=cases)
        with hardened.runner() as runner:
            runner.load(source, ["f"])
            of_prepared = runner.call("f", prepared)
            of_prepared_again = runner.call("f", prepared)
        for one, other, third in zip(outcomes["f"], of_prepared, of_prepared_again, strict=True):
            assert values.same(one.value, other.value)
            assert values.same(one.value, third.value)
            assert one.changed == other.changed == (0,)


@hardened_only
def test_cases_that_another_sandbox_prepared_are_still_cases(hardened):
    with Sandbox(limits=LIMITS) as other:
        prepared = other.prepare([(1.0,), (2.0,)])
    _, outcomes = attempt(hardened, "def f(x):\n    return x + 1.0\n", "f", cases=prepared)
    assert value(outcomes["f"]) == [2.0, 3.0]


@pytest.fixture
def sandbox_and_processes():
    adopt_orphans()
    before = descendants()
    with Sandbox(limits=LIMITS) as sandbox:
        yield sandbox, lambda: descendants() - before


@hardened_only
def test_a_zygote_that_was_killed_is_replaced_and_knows_its_cases(sandbox_and_processes):
    sandbox, processes = sandbox_and_processes
    cases = sandbox.prepare([(1.0,)])
    kill(processes())
    with sandbox.runner() as runner:
        assert runner.load("def f(x):\n    return x + 1.0\n", ["f"]) == {"f": "defined"}
        assert value(runner.call("f", cases)) == [2.0]


@hardened_only
def test_a_zygote_that_is_killed_during_a_call_costs_nothing(sandbox_and_processes):
    sandbox, processes = sandbox_and_processes
    with sandbox.runner() as runner:
        runner.load("import time\n\ndef f(x):\n    time.sleep(0.3)\n    return x\n", ["f"])
        killer = threading.Timer(0.1, lambda: kill(processes()))
        killer.start()
        assert value(runner.call("f", [(1.0,)])) == [1.0]
        killer.join()


def kill(processes):
    for process in processes:
        with contextlib.suppress(ProcessLookupError):  # one end brings about the other's
            os.kill(process, signal.SIGKILL)


@hardened_only
def test_threads_may_each_have_a_sandbox():
    """A zygote is executed, and so does not mind that its parent has threads."""
    results = []

    def work(number):
        with Sandbox(limits=Limits(seconds=10.0)) as sandbox:
            _, outcomes = attempt(
                sandbox, "def f(x):\n    return x * x\n", "f", cases=[(number,)] * 3
            )
            results.append(value(outcomes["f"]))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [[0, 0, 0], [1, 1, 1], [4, 4, 4]]


COORDINATOR = """
import sys
from course_lib.grading.sandbox import Limits, Sandbox
with Sandbox(limits=Limits(seconds=600.0)) as sandbox, sandbox.runner() as runner:
    runner.load(sys.argv[1], ["f"])
    print("loaded", flush=True)
    runner.call("f", [(1.0,)])
"""


@hardened_only
@pytest.mark.parametrize("body", ["while True:\n        pass", "time.sleep(1000)"])
def test_a_coordinator_that_is_killed_leaves_no_process(body):
    adopt_orphans()
    before = descendants()
    source = f"import time\n\ndef f(x):\n    {body}\n"
    command = [sys.executable, "-c", COORDINATOR, source]
    with subprocess.Popen(command, cwd=HOUSE, stdout=subprocess.PIPE) as coordinator:
        assert coordinator.stdout.readline() == b"loaded\n"
        coordinator.kill()
    assert descendants_in_the_end(before) == set()


# A machine that refuses some of it

DENIED = """
import ctypes, errno, struct, sys
def line(code, operand, true=0, false=0):
    return struct.pack("<HBBI", code, true, false, operand)
program = [line(0x20, 0)]
for number in {numbers}:
    program += [line(0x15, number, 0, 1), line(0x06, 0x50000 | errno.EPERM)]
program.append(line(0x06, 0x7fff0000))
code = ctypes.create_string_buffer(b"".join(program))
class Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_void_p))
libc = ctypes.CDLL(None)
libc.prctl(38, 1, 0, 0, 0)
made = Program(len(program), ctypes.cast(code, ctypes.c_void_p))
assert libc.prctl(22, 2, ctypes.byref(made), 0, 0) == 0
from course_lib.grading.sandbox import Limits, Sandbox
with Sandbox(limits=Limits(seconds=5.0)) as sandbox, sandbox.runner() as runner:
    runner.load("import os\\ndef f(x): return os.getpid()\\ndef g(x): os.fork()\\n", "fg")
    print(*sandbox.layers(), sep=",")
    print(type(runner.call("f", [(1.0,)])[0]).__name__, runner.call("g", [(1.0,)])[0].type_name)
"""
UNSHARE, MOUNT, LANDLOCK_RESTRICT_SELF, PRLIMIT, CAPSET = 272, 165, 446, 302, 126
x86_only = pytest.mark.skipif(platform.machine() != "x86_64", reason="numbers of x86-64")


def on_a_machine_that_denies(*numbers):
    command = [sys.executable, "-c", DENIED.replace("{numbers}", repr(numbers))]
    return subprocess.run(command, cwd=HOUSE, capture_output=True, text=True, check=False)


@hardened_only
@x86_only
def test_where_namespaces_are_refused_the_rest_holds(hardened):
    """Docker's default profile refuses `unshare` and `mount`."""
    run = on_a_machine_that_denies(UNSHARE, MOUNT)
    layers, outcomes = run.stdout.splitlines()
    assert set(layers.split(",")) == {
        layer for layer in hardened.layers() if "namespace" not in layer
    }
    assert outcomes == "Returned PermissionError"


@hardened_only
@x86_only
def test_where_only_mounting_is_refused_the_other_namespaces_are_entered(hardened):
    if "mount namespace" not in hardened.layers():
        pytest.skip("this machine refuses namespaces anyway")
    run = on_a_machine_that_denies(MOUNT)
    layers, outcomes = run.stdout.splitlines()
    assert set(layers.split(",")) == set(hardened.layers()) - {"mount namespace"}
    assert outcomes == "Returned PermissionError"


@hardened_only
@x86_only
@pytest.mark.parametrize("number", [LANDLOCK_RESTRICT_SELF, PRLIMIT, CAPSET])
def test_a_layer_that_the_machine_has_and_cannot_put_on_stops_the_run(number, hardened):
    if number == LANDLOCK_RESTRICT_SELF and "landlock" not in hardened.layers():
        pytest.skip("this kernel has no Landlock")
    run = on_a_machine_that_denies(number)
    assert run.returncode == 1
    assert re.search("SandboxError.*(cannot be set up|cannot be put on)", run.stderr), run.stderr
    assert run.stdout == ""


# The filter, run by an interpreter of our own

HEADERS = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}
ALLOWED, KILLED, REFUSED = 0x7FFF0000, 0x80000000, 0x00050001  # EPERM is 1
AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7, "i386": 0x40000003, "arm": 0x40000028}


def verdict(machine, architecture, number):
    """Run the filter for a machine on one system call, as the kernel does."""
    code = list(struct.iter_unpack("<HBBI", seccomp.program(machine)))
    data = struct.pack("<II", number, architecture)
    place, accumulator = 0, 0
    while True:
        operation, if_true, if_false, operand = code[place]
        place += 1
        if operation == 0x20:
            (accumulator,) = struct.unpack_from("<I", data, operand)
        elif operation == 0x15:
            place += if_true if accumulator == operand else if_false
        else:
            assert operation == 0x06
            return operand


def numbers_of(machine):
    if not HEADERS[machine].exists():
        pytest.skip("the headers of the kernel are not installed")
    defined = re.findall(r"^#define __NR\w*?_(\w+) (\d+)$", HEADERS[machine].read_text(), re.M)
    return {name: int(number) for name, number in defined}


@pytest.mark.parametrize("machine", HEADERS)
def test_the_filter_allows_what_is_in_the_table_and_nothing_else(machine):
    column = list(HEADERS).index(machine)
    allowed = {row[column] for row in seccomp.SYSTEM_CALLS.values()} - {None}
    for number in range(600):
        expected = ALLOWED if number in allowed else REFUSED
        assert verdict(machine, AUDIT_ARCH[machine], number) == expected


@pytest.mark.parametrize("machine", HEADERS)
def test_the_table_has_the_numbers_of_the_kernels_headers(machine):
    column, header = list(HEADERS).index(machine), numbers_of(machine)
    for name, row in seccomp.SYSTEM_CALLS.items():
        assert header.get(name) == row[column], name


@pytest.mark.parametrize("machine", HEADERS)
def test_the_filter_refuses_every_way_out(machine):
    header = numbers_of(machine)
    ways = (
        "openat socket connect clone clone3 execve kill tgkill ptrace process_vm_writev prlimit64"
    )
    for name in [
        *ways.split(),
        "unshare",
        "mount",
        "memfd_create",
        "bpf",
        "io_uring_setup",
        "prctl",
    ]:
        if name in header:  # older headers lack the newest
            assert verdict(machine, AUDIT_ARCH[machine], header[name]) == REFUSED, name


@pytest.mark.parametrize("machine", HEADERS)
def test_a_call_by_another_architectures_numbers_ends_the_process(machine):
    for other in set(AUDIT_ARCH) - {machine}:
        assert verdict(machine, AUDIT_ARCH[other], 0) == KILLED


def test_a_call_by_the_x32_numbers_is_refused():
    """They are those of x86-64 with bit 30 set, under the same architecture."""
    for row in seccomp.SYSTEM_CALLS.values():
        assert verdict("x86_64", AUDIT_ARCH["x86_64"], row[0] | 1 << 30) == REFUSED


@hardened_only
def test_random_numbers_without_a_seed_are_the_same_in_every_child(hardened):
    """And those of NumPy are not: its generators ask the system for a seed."""
    source = (
        "import random\nimport numpy as np\n"
        "def draw():\n    return random.random()\n"
        "def of_numpy():\n    return np.random.default_rng().random()\n"
    )
    seen = []
    for _ in range(2):
        with hardened.runner() as runner:
            runner.load(source, ["draw", "of_numpy"])
            seen.append([runner.call(name, [()])[0].value for name in ("draw", "of_numpy")])
    (first, first_of_numpy), (second, second_of_numpy) = seen
    assert first == second
    assert first_of_numpy != second_of_numpy
