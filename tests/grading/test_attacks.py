"""What a submission may try: wrong code scores nothing, and takes nothing and nobody with it.

Each file in attacks/ defines `triple`, which is wrong and does what its first line says, and
`double`, which is right. Each is graded by the real judge behind the real walls: behind all of
them, and behind each set of walls that a machine may be left with.
"""

import contextlib
import functools
import os
import re
import socket
import stat
import subprocess
import sys
import sysconfig
import threading
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

from course_lib.grading.cases import Case, ExerciseCases, Expectation, FunctionCases, Tolerance
from course_lib.grading.sandbox import Sandbox, seccomp
from course_lib.grading.submission import read_source
from course_lib.grading.terminal import check_source

HERE = Path(__file__).parent
HOUSE = HERE.parents[1]
ATTACKS = sorted(path.stem for path in (HERE / "attacks").glob("*.py"))
HARMLESS_WITHOUT_WALLS = (
    *("deaf_loop", "forged_answers", "frame_hunt", "gc_hunt", "os_exit", "output", "oversized"),
    *("patched_numpy", "rubbish", "segfault", "sleeper"),
)
LIMITS = short_limits(0.6)
ENDLESS = ("deaf_loop", "endless_message", "sleeper")
FACTOR = "COURSE_TEST_SECRET"
NOBODY = 65534
ENVIRONMENT = {
    "PYTHONPATH": os.pathsep.join([str(HOUSE), sysconfig.get_paths()["purelib"]]),
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    "OPENBLAS_NUM_THREADS": "1",
}
WALLS = {
    "every wall": None,
    "rlimits and seccomp": ("rlimits", "seccomp"),
    "and landlock": ("rlimits", "seccomp", "landlock"),
    "and namespaces": (
        *("rlimits", "seccomp", "user namespace", "mount namespace", "pid namespace"),
        *("network namespace", "ipc namespace", "host name namespace"),
    ),
}

pytestmark = pytest.mark.skipif(
    not seccomp.supported(), reason="the sandbox has walls only on Linux with seccomp"
)


def cases_of(name, factor, points):
    inputs = [np.array([1.0]), np.array([[1.0, -2.0], [0.5, 4.0]]), np.linspace(-3.0, 3.0, 7)]
    return FunctionCases(
        name=name,
        number="0.0.1",
        points=points,
        signature=f"{name}(x)",
        parameters={"x": "(n)"},
        returns={name: "(n)"},
        tolerance=Tolerance(),
        hints=("", "", ""),
        cases=tuple(Case((x,), (Expectation("value", factor * x),)) for x in inputs),
    )


EXERCISE = ExerciseCases("attacks", (cases_of("triple", 3.0, 7), cases_of("double", 2.0, 5)))
HONEST = "def triple(x):\n    return 3.0 * x\n\ndef double(x):\n    return x + x\n"


def grade(sandbox, source):
    """Return what the source gets for `triple` and for `double`."""
    with sandbox.runner() as runner:
        triple, double = check_source(source, EXERCISE, runner)
    return triple, double


@pytest.fixture(scope="module", autouse=True)
def _orphans_are_found():
    adopt_orphans()


def grade_attack(sandbox, name, folder, port):
    """Return what an attack gets that knows where its victims are."""
    with impatient(sandbox) if name in ENDLESS else contextlib.nullcontext():
        return grade(sandbox, armed(name, folder, port))


@pytest.fixture(scope="module")
def available():
    """The layers that this machine has."""
    with Sandbox(limits=LIMITS) as whole:
        return whole.layers()


def skip_without(wanted, available):
    if missing := set(wanted or ()) - set(available):
        pytest.skip(f"this machine has no {', '.join(sorted(missing))}")


@pytest.fixture(scope="module", params=WALLS)
def sandbox(request, available):
    wanted, before = WALLS[request.param], descendants()
    skip_without(wanted, available)
    os.environ[FACTOR] = "3.0"  # what the environment attack is after
    with Sandbox(limits=LIMITS, only_layers=wanted) as sandbox:
        yield sandbox
    del os.environ[FACTOR]
    assert descendants_in_the_end(before) == set()


@pytest.fixture
def folder(tmp_path):
    """Make a course that anybody may change: file permissions are not what is tested."""
    for name in ("solutions", "tests"):
        (tmp_path / name).mkdir()
    (tmp_path / "solutions/triple.py").write_text("def triple(x):\n    return 3.0 * x\n")
    (tmp_path / "tests/test_triple.py").write_text("def test_triple(): ...\n")
    (tmp_path / "grades.db").write_bytes(b"a gradebook")
    for path in (tmp_path, *tmp_path.rglob("*")):
        path.chmod(0o777 if path.is_dir() else 0o666)
    for parent in tmp_path.parents:  # pytest keeps its folders from others
        if parent.owner() == tmp_path.owner() and parent != Path("/"):
            parent.chmod(parent.stat().st_mode | stat.S_IXOTH)
    return tmp_path


@pytest.fixture(scope="module")
def server():
    """Answer 3 to whoever connects or writes, and keep count of them."""
    visits = []
    tcp = socket.create_server(("127.0.0.1", 0))
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(tcp.getsockname())

    def serve_tcp():
        while True:
            try:
                visitor, _ = tcp.accept()
            except OSError:
                return
            visits.append("tcp")
            with visitor:
                visitor.sendall(b"3.0")

    def serve_udp():
        while data := udp.recv(100):
            visits.append(data)

    threads = [threading.Thread(target=serve) for serve in (serve_tcp, serve_udp)]
    for thread in threads:
        thread.start()
    yield tcp.getsockname()[1], visits
    tcp.shutdown(socket.SHUT_RDWR)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
        last.sendto(b"", udp.getsockname())
    for thread in threads:
        thread.join()
    tcp.close()
    udp.close()


def contents(folder):
    """Return all that an attack could have changed in a folder."""
    return {
        str(path.relative_to(folder)): (path.lstat().st_mode, path.read_bytes())
        if path.is_file()
        else (path.lstat().st_mode, b"")
        for path in folder.rglob("*")
    }


def armed(attack, folder, port):
    """Return an attack that knows where its victims are."""
    source = read_source(HERE / "attacks" / f"{attack}.py")
    for name, value in (("FOLDER", str(folder)), ("PID", os.getpid()), ("PORT", port)):
        source = re.sub(rf"^{name} = .*$", f"{name} = {value!r}", source, flags=re.MULTILINE)
    return source


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_scores_nothing_and_costs_only_itself(attack, sandbox, folder, server):
    port, visits = server
    before = contents(folder)
    ours = descendants()
    triple, double = grade_attack(sandbox, attack, folder, port)
    assert triple.points == 0
    assert double.points == 5, double.diagnosis
    assert contents(folder) == before
    assert visits == []
    assert descendants_in_the_end(ours) == set()
    triple, double = grade(sandbox, HONEST)  # the next learner notices nothing
    assert (triple.points, double.points) == (7, 5)


ALONE = {
    ("rlimits",): ("daemon", "fork_bomb", "memory", "threads"),
    ("landlock",): ("environment", "link", "proc_memory", "read_solution", "tcp", "write_solution"),
    (*WALLS["and namespaces"][2:],): (
        *("environment", "link", "proc_memory", "read_solution", "signal_parent", "tcp", "udp"),
        *("trace_parent", "write_solution"),
    ),
}


@pytest.fixture(scope="module")
def behind(available):
    """Return the sandbox that has these layers alone; it is made once."""
    with contextlib.ExitStack() as made:

        @functools.cache
        def sandbox(layers):
            skip_without(layers, available)
            return made.enter_context(Sandbox(limits=LIMITS, only_layers=layers))

        yield sandbox


@pytest.mark.parametrize(
    ("layers", "name"),
    [(layers, name) for layers, names in ALONE.items() for name in names],
    ids=lambda value: value if isinstance(value, str) else value[-1],
)
def test_a_wall_stops_alone_what_it_is_there_for(layers, name, behind, folder, server):
    """Else nobody would notice if it were gone, since others stand before the same attacks."""
    port, visits = server
    sandbox = behind(layers)
    before = contents(folder)
    ours = descendants()
    triple, double = grade_attack(sandbox, name, folder, port)
    assert (triple.points, double.points) == (0, 5)
    assert contents(folder) == before
    assert visits == []
    assert descendants_in_the_end(ours) == set()


def test_attacks_are_stopped_by_a_wall_and_not_for_want_of_a_module():
    """A stand-in for a module that an attack needs would make its test pass for no reason."""
    sources = "".join(read_source(HERE / "attacks" / f"{name}.py") for name in ATTACKS)
    modules = sorted(set(re.findall(r"^(?:import|from) (\w+)", sources, re.MULTILINE)))
    imports = "".join(f"import {name}\n" for name in modules)
    kinds = f"def kinds():\n    return [type(module).__name__ for module in [{', '.join(modules)}]]"
    with Sandbox(limits=LIMITS) as sandbox, sandbox.runner() as runner:
        runner.load(imports + kinds, ["kinds"])
        (outcome,) = runner.call("kinds", [()])
    assert dict(zip(modules, outcome.value, strict=True)) == dict.fromkeys(modules, "module")


@pytest.mark.parametrize("name", HARMLESS_WITHOUT_WALLS)
def test_without_walls_wrong_code_scores_nothing_either(name):
    ours = descendants()
    with Sandbox(limits=LIMITS, unhardened=True) as sandbox:
        triple, double = grade_attack(sandbox, name, ".", 0)
    assert triple.points == 0
    assert double.points == 5, double.diagnosis
    assert descendants_in_the_end(ours) == set()


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="this is not root")
def test_attacks_fail_against_a_grader_that_is_not_root():
    """An ordinary user grades: the same tests in a process of the user nobody."""
    python = python_for_anybody()
    if python is None:
        pytest.skip("no Python here that another user may run has NumPy and pytest")
    tests = [python, "-m", "pytest", "-q", "-x", "--noconftest", "-p", "no:cacheprovider"]
    chosen = ["-k", "(costs_only_itself and every) or (alone and rlimits)", __file__]
    run = subprocess.run(
        [*tests, *chosen],
        cwd=HOUSE,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        user=NOBODY,
        group=NOBODY,
        extra_groups=[],
    )
    assert run.returncode == 0, run.stdout[-5000:] + run.stderr[-5000:]
    assert re.search(rf"\b{len(ATTACKS) + len(ALONE[('rlimits',)])} passed", run.stdout), run.stdout


def python_for_anybody():
    """Find a Python that nobody may run, with the packages of this one."""
    same = f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}"
    for python in (sys.executable, same):
        try:
            probe = [python, "-c", "import numpy, pytest, course_lib"]
            as_nobody = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
            found = subprocess.run(probe, env=ENVIRONMENT, capture_output=True, **as_nobody)
        except OSError:
            continue
        if found.returncode == 0:
            return python
    return None
