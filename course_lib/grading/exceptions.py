"""What an exception means, in words for someone who meets it for the first time.

Python and NumPy say what they could not do; a learner asks which line of theirs is to blame, and
what to write. Each entry is for exceptions that beginners meet, and is true of every one of them.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from course_lib.grading.outcomes import LoadState, Outcome, Raised


class Meaning(NamedTuple):
    """The exceptions that an entry is for, and its words; {0}, {1} are groups of the message."""

    type_name: str
    message: str
    words: str


MEANINGS = (
    Meaning(
        "NameError",
        r"(?:name|variable) '(\w+)'",
        "`{0}` is used, and no line before has given it a value: is it spelt the same everywhere?",
    ),
    Meaning(
        "UnboundLocalError",
        r"variable '(\w+)'",
        "`{0}` is used, and no line before has given it a value: is it spelt the same everywhere,"
        " or did a loop not run at all?",
    ),
    Meaning(
        "(TypeError|AttributeError)",
        r"NoneType",
        "Something there is None. That is what a function without `return` gives, and one that"
        " changes its argument in place: `rng.shuffle(a)` and `a.sort()` stand on lines of their"
        " own, and a is used afterwards.",
    ),
    Meaning(
        "TypeError",
        r"unsupported operand type\(s\) for ([^:]+): '(tuple|list)'|"
        r"unsupported operand type\(s\) for ([^:]+): '\w+' and '(tuple|list)'|"
        r"bad operand type for unary (-): '(tuple|list)'",
        "`{0}` is for numbers and arrays, and there it meets a {1}. Take its parts one by one, or"
        " make it an array with `np.array(...)`.",
    ),
    Meaning(
        "ValueError",
        r"matmul: .*core dimension 0.*\(size (\d+) is different from (\d+)\)",
        "`@` multiplies rows by columns: the last size on its left ({1}) must be the first size on"
        " its right ({0}; of two axes or more, the last but one). Are the two in the right order,"
        " or is a .T missing, or one too many?",
    ),
    Meaning(
        "ValueError",
        r"matmul: .*does not have enough dimensions",
        "`@` takes arrays, and one of the two is a number: for a number write `*`.",
    ),
    Meaning(
        "ValueError",
        r"shapes (\([\d, ]*\)) and (\([\d, ]*\)) not aligned",
        "The last size of {0} must be the first size of {1}: are the two in the right order, or is"
        " a .T missing?",
    ),
    Meaning(
        "ValueError",
        r"operands could not be broadcast together with shapes ((?:\([\d, ]*\) ?)+)",
        "Entry by entry, the shapes {0} do not fit together: is one of them transposed, not yet"
        " summed, or summed over the wrong axis?",
    ),
    Meaning(
        "ValueError",
        r"non-broadcastable output operand|could not broadcast input array",
        "The result is larger than the array that it is to be written into. Make a new array for"
        " it.",
    ),
    Meaning(
        "ValueError",
        r"array has an inhomogeneous shape",
        "The rows differ in length, or one entry is a number and another an array.",
    ),
    Meaning(
        "(ValueError|TypeError)",
        r"setting an array element with a sequence|only (?:length-1|0-dimensional) arrays|"
        r"only size-1 arrays",
        "One number has its place there, and it is given a whole array: which entry of it, or which"
        " sum, is meant?",
    ),
    Meaning(
        "ValueError",
        r"truth value of an array",
        "An array has no truth value. For each entry apart there is `np.where` or a product with"
        " the comparison; for all of them together `.all()` or `.any()`.",
    ),
    Meaning(
        "(UFuncTypeError|_UFuncOutputCastingError|UFuncOutputCastingError)",
        r"Cannot cast ufunc '(\w+)' output",
        "The array that is written into holds whole numbers, and the result of {0} has decimals."
        " Write `a = a / b` for `a /= b`, which makes a new array.",
    ),
    Meaning(
        "TypeError",
        r"'(?:int|float|numpy\.\w+)' object is not iterable",
        "A loop runs over several things, and this is one number. To count up to it there is"
        " `range(...)`.",
    ),
    Meaning(
        "TypeError",
        r"'(?:int|float|numpy\.\w+)' object does not support item assignment",
        "What is written into is a number, not an array. `np.zeros(n)` makes an array with n"
        " places.",
    ),
    Meaning(
        "TypeError",
        r"'(?:builtin_function_or_method|function|method|numpy\._\w+)' object is not subscriptable",
        "A function is called with ( ), not with [ ].",
    ),
    Meaning(
        "(TypeError|IndexError)",
        r"'(?:int|float|numpy\.\w+)' object is not subscriptable|invalid index to scalar variable",
        "It is a number, so [ ] has nothing to choose from: a sum or a mean may have come too"
        " early.",
    ),
    Meaning(
        "TypeError",
        r"(list|tuple) indices must be integers or slices, not str",
        "A {0} finds its entries by place, not by name. Of pairs (name, value), `dict(pairs)` makes"
        " what finds a value by its name.",
    ),
    Meaning(
        "ValueError",
        r"(?:not enough|too many) values to unpack",
        "There are not as many names as values. For the names *and* the values of a dict there is"
        " `.items()`.",
    ),
    Meaning(
        "TypeError",
        r"'(int|float|numpy\.\w+|numpy\.ndarray|tuple|list)' object is not callable",
        "Python reads `a(b)` as a call of a. A product needs its `*`, an entry its [ ].",
    ),
    Meaning(
        "TypeError",
        r"cannot be interpreted as an integer|only integer scalar arrays can be converted",
        "A whole number has its place there, a size or a count, and it is given an array or a"
        " number with decimals: `len(...)` is the number of entries.",
    ),
    Meaning(
        "IndexError",
        r"index (-?\d+) is out of bounds for axis (\d+) with size (\d+)",
        "There is no place {0} among {2}: places count from 0, so the last is the size less 1.",
    ),
    Meaning(
        "IndexError",
        r"too many indices for array: array is (\d+)-dimensional",
        "The array has fewer axes than you give places for: it has {0}.",
    ),
    Meaning(
        "AttributeError",
        r"'(float|int|list|tuple)' object has no attribute '(\w+)'",
        "A {0} has no .{1}; an array has. Does the line before make an array?",
    ),
    Meaning(
        "AttributeError",
        r"module 'numpy' has no attribute '(\w+)'",
        "NumPy has no {0}: is it spelt right?",
    ),
    Meaning(
        "ValueError",
        r"assignment destination is read-only",
        "It writes into an array that it was given. Make a new one.",
    ),
    Meaning("RecursionError", "", "It calls itself and never stops."),
    Meaning("(ZeroDivisionError|FloatingPointError)", "", "It divides by 0 for this input."),
    Meaning(
        "AxisError",
        r"axis (-?\d+) is out of bounds for array of dimension (\d+)",
        "There is no axis {0}: the array has {1}, and they count from 0.",
    ),
)

OWN_REFUSAL = "That is your own `raise`, and this input is allowed: it must give a result."


def meaning(raised: Outcome | LoadState) -> str:
    """Return what an exception means and what to look for, "" for one that is not known here.

    Parameters
    ----------
    raised : Outcome or LoadState

    Returns
    -------
    str
        A sentence or two.
    """
    if not isinstance(raised, Raised):
        return ""
    if raised.line_text.strip().startswith(f"raise {raised.type_name}"):
        return OWN_REFUSAL
    for known in MEANINGS:
        found = re.search(known.message, raised.message)
        if found and re.fullmatch(known.type_name, raised.type_name):
            groups = [group.strip() for group in found.groups() if group]
            return known.words.format(*groups)
    return ""
