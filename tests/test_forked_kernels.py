"""The kernels of the tests are like those of a learner, but for the time they take to start."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

HERE = Path(__file__).parent
START = """
import os, sys, time
import forked_kernels
from jupyter_client.manager import start_new_kernel

told = []

def run(*cells, **variables):
    manager, client = start_new_kernel(cwd=sys.argv[1], env=os.environ | variables)
    for cell in cells:
        client.execute_interactive(cell, output_hook=lambda m: told.append(m["content"]))
    return manager, client
"""
ASKS = """
forked_kernels.register()
first, client = run(
    "import sys, os; mine = 1",
    "print('sympy' in sys.modules, 'course_lib' in sys.modules, os.getcwd(), os.environ['GIVEN'])",
    "import matplotlib; print(matplotlib.get_backend())",
    GIVEN="given",
)
second, other = run("print('mine' in globals())", "1 / 0", "print('went on')")
for manager, channels in ((first, client), (second, other)):
    channels.stop_channels()
    manager.shutdown_kernel()
    print(manager.is_alive())
print(*(part.get("text", part.get("ename")) for part in told))
"""
STOPS = """
forked_kernels.LIBRARIES.clear()
forked_kernels.register()
manager, client = run("import time")
client.execute("print('begun', flush=True); time.sleep(60)")
while client.get_iopub_msg(timeout=30)["content"].get("text") != "begun\\n":
    pass
manager.interrupt_kernel()
print(client.get_shell_msg(timeout=30)["content"]["ename"])
os.kill(manager.provisioner.pid, 9)
while manager.is_alive():
    time.sleep(0.01)
manager.interrupt_kernel()
print("nobody is there")
"""
WAITS = """
forked_kernels.LIBRARIES.clear()
forked_kernels.register()
run("import os; print(os.getpid())")
print(next(part["text"] for part in told if "text" in part), flush=True)
time.sleep(60)
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux only")


def python(code, folder):
    """Start a Python of its own: a fork server would outlive the test in this one."""
    return subprocess.Popen(
        [sys.executable, "-c", START + code, str(folder)],
        cwd=HERE,
        env=os.environ | {"IPYTHONDIR": str(folder / "ipython")},
        stdout=subprocess.PIPE,
        text=True,
    )


def is_running(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def test_a_kernel_has_the_libraries_and_nothing_of_the_course_or_of_another_kernel(tmp_path):
    told = python(ASKS, tmp_path).communicate(timeout=60)[0].split()
    told = [word for word in told if word != "None"]  # a kernel's other messages
    assert told[:2] == ["False", "False"]
    assert told[2:6] == ["True", "False", str(tmp_path), "given"]
    assert told[6] in ("inline", "module://matplotlib_inline.backend_inline")
    assert told[7:] == ["False", "ZeroDivisionError", "went", "on"]


def test_a_kernel_can_be_interrupted_and_one_that_died_takes_nothing_with_it(tmp_path):
    told = python(STOPS, tmp_path).communicate(timeout=60)[0].splitlines()
    assert told == ["KeyboardInterrupt", "nobody is there"]


def test_a_kernel_ends_when_the_process_that_tests_is_killed(tmp_path):
    with python(WAITS, tmp_path) as tests:
        kernel = json.loads(tests.stdout.readline())
        assert is_running(kernel)
        tests.kill()
    deadline = time.monotonic() + 30
    while is_running(kernel) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not is_running(kernel)
