"""Who shares what is rare in a class is asked about; short right answers and the given are not."""

import random
import re

import numpy as np
import pytest

from course_lib.grading.batch.similarity import (
    MARGIN,
    WINDOW,
    alike,
    needed_bits,
    winnowed,
    without_words,
)

STUB = """def gradient(y, t):
    \"\"\"Return dL/dy.\"\"\"
    raise NotImplementedError
# [cell]
def descend(theta, gradient, steps):
    \"\"\"Return the way down.\"\"\"
    raise NotImplementedError
"""
GRADIENT = "def gradient(y, t):\n    return (y - t) / len(y)\n"
OPERATORS = ("+", "-", "*", "/", "//", "%", "**", "@", "&", "|", "^", "<<", ">>")
CALLS = ("abs", "sum", "max", "min", "len", "round", "sorted", "list", "tuple", "set", "divmod")


def program(seed, lines=24):
    """A function of random statements: as unlike another seed's as code can be."""
    rng = random.Random(seed)
    body = [
        f"    v{i} = {rng.choice(CALLS)}(v{rng.randrange(9)} {rng.choice(OPERATORS)}"
        f" {rng.randrange(100)}) {rng.choice(OPERATORS)} {rng.choice(CALLS)}(theta)"
        for i in range(lines)
    ]
    return "\n".join(["def descend(theta, gradient, steps):", *body, "    return v0\n"])


def answer(seed):
    return f"{GRADIENT}# [cell]\n{program(seed)}"


def renamed(source):
    """The same code as someone in a hurry disguises it: names, comments, blanks, layout."""
    other = re.sub(r"\bv(\d+)\b", r"mine_\1", source).replace("theta", "w")
    return other.replace("    mine_3 =", "    # my own idea\n\n    mine_3  =")


def a_class(size, **others):
    return {f"student {i}": answer(i) for i in range(size)} | others


def pairs(groups):
    return [group.students for group in groups]


@pytest.mark.parametrize("size", [6, 30, 200])
def test_a_copy_with_other_names_and_comments_is_asked_about(size):
    sources = a_class(size, copy=renamed(answer(1)))
    assert pairs(alike(sources, [STUB])) == [("copy", "student 1")]


@pytest.mark.parametrize("between", ["# [cell]\n", "\n"])
def test_one_function_of_several_that_is_copied_is_asked_about(between):
    """The others differ, and are so long that they would drown it."""
    whole = {f"s{i:02}": between.join([program(i, 90), program(1000 + i, 12)]) for i in range(30)}
    whole["s07"] = between.join([program(7, 90), renamed(program(1003, 12))])
    (group,) = alike(whole, [STUB])
    assert group.students == ("s03", "s07")
    texts = [line.text for line in group.pieces[1] if line.shared]
    assert any("mine_5" in text for text in texts)
    assert not [text for text in texts if re.search(r"\bv5\b", text)]


def test_short_right_answers_are_alike_by_nature():
    assert alike({f"s{i}": GRADIENT for i in range(30)}, [STUB]) == []


def test_what_the_whole_class_wrote_is_no_trace_of_anyone():
    assert alike({f"s{i}": program(0) for i in range(50)}) == []


@pytest.mark.parametrize("count", [0, 1, 2])
def test_where_there_is_no_class_there_is_nothing_rare(count):
    assert alike({f"s{i}": program(0, lines=8) for i in range(count)}) == []


def test_what_stub_lecture_or_solution_say_is_nobodys_own():
    eve = renamed(answer(99))
    sources = a_class(20, eve=eve, mallory=eve.replace("mine_", "own_") + "\n")
    assert pairs(alike(sources, [STUB])) == [("eve", "mallory")]
    assert alike(sources, [STUB, f"import numpy as np\n# [cell]\n{program(99)}"]) == []


def test_students_who_wrote_on_their_own_are_left_alone():
    assert alike(a_class(150), [STUB]) == []


def test_a_group_is_shown_once_with_all_its_members():
    sources = a_class(40, a=answer(3), b=renamed(answer(3)))
    (group,) = alike(sources, [STUB])
    assert {*group.students, *group.others} == {"a", "b", "student 3"}
    assert group.holders == 3


def test_two_groups_stay_two_and_the_longer_copy_comes_first():
    sources = a_class(40, a=renamed(answer(3)), c=program(77, 40), d=renamed(program(77, 40)))
    assert pairs(alike(sources, [STUB])) == [("c", "d"), ("a", "student 3")]


def test_the_order_of_functions_does_not_hide_a_copy():
    first, second = program(5), program(6).replace("descend", "climb")
    sources = a_class(30, a=f"{first}\n{second}", b=renamed(f"{second}\n{first}"))
    assert ("a", "b") in pairs(alike(sources, [STUB]))


def test_code_that_is_half_written_is_compared_too():
    broken = program(8) + '\ndef unfinished(:\n    x = \'no end\n    y = """never closed'
    sources = a_class(20, a=broken, b=renamed(broken), c="", d="\0 � 王")
    (group,) = alike(sources, [STUB])
    assert {*group.students, *group.others} == {"a", "b", "student 8"}


def test_the_lines_side_by_side_are_those_that_are_shared():
    own = "def extra(x):\n    return 12345 * x\n"
    source = f"{answer(4)}# [cell]\n{own}"
    sources = a_class(30, eve=renamed(source).replace("12345 * x", "x or not x"))
    sources["student 4"] = source
    (group,) = alike(sources, [STUB])
    for lines, student in zip(group.pieces, group.students, strict=True):
        texts = sources[student].split("\n")
        assert [line.text for line in lines if line.number] == [
            texts[line.number - 1] for line in lines if line.number
        ]
    shared = [line.text for line in group.pieces[1] if line.shared]
    assert len(shared) >= 24
    assert not [text for text in shared if "12345" in text]


def test_whatever_is_shared_for_a_window_of_shingles_is_in_both_indexes():
    rng = np.random.default_rng(0)
    for _ in range(200):
        shared, *around = (rng.integers(0, 50, n, np.uint64) for n in (WINDOW, 9, 3, 0, 17))
        indexes = []
        for before, after in (around[:2], around[2:]):
            hashes = np.concatenate((before, shared, after))
            chosen = np.flatnonzero(winnowed(hashes)) - len(before)
            indexes.append({place for place in chosen.tolist() if 0 <= place < WINDOW})
        assert indexes[0] & indexes[1]


def test_exactly_the_lines_that_are_copied_are_marked():
    copied, everyones = program(700), program(800, 5)
    sources = {f"s{i}": f"{everyones}\n{program(i)}" for i in range(20)}
    sources |= {"eve": f"# a\n# b\n{everyones}\n{copied}", "mallory": f"{everyones}\n\n{copied}"}
    (group,) = alike(sources)
    assert group.students == ("eve", "mallory")
    for lines in group.pieces:
        shared = [line.text for line in lines if line.shared]
        assert shared[1:] == copied.splitlines()[1 : len(shared)]  # the first is the def's, or so
        assert len(shared) > 20
        assert {*shared[1:]} & {*everyones.splitlines()} <= {"    return v0"}


def test_a_comment_between_two_lines_that_are_copied_stays_between_them():
    copied = program(700)
    remark = copied.replace("    v9 =", "    # a remark\n    v9 =")
    (group,) = alike(a_class(20, eve=remark, mallory=copied), [STUB])
    texts = [(line.text, line.shared) for line in group.pieces[0]]
    place = texts.index(("    # a remark", False))
    assert [shared for _, shared in texts[place - 1 : place + 2]] == [True, False, True]
    assert 0 not in [line.number for line in group.pieces[0]]


def test_the_bar_rises_with_the_number_of_pairs():
    assert needed_bits(2) == MARGIN
    assert needed_bits(5) == pytest.approx(MARGIN + 3.3219, abs=1e-4)  # 10 pairs
    assert needed_bits(1) == MARGIN


def test_without_comments_and_strings_the_lines_stay_where_they_are():
    source = 'x = 1  # by Ada\n"""Ada\nwrote\nthis"""\ny = f(\'Ada\', "it\\"s Ada")\nz = 2\n'
    bare = without_words(source)
    assert "Ada" not in bare
    assert bare.count("\n") == source.count("\n")
    assert bare.split("\n")[5] == "z = 2"
