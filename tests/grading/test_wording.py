"""What is said of words: which is taken for which, and which is left out."""

import dataclasses

import pytest
from grading.made_up import DOUBLE, diagnosis_of

from course_lib.grading.cases import Case, Expectation

SIZES = (1, 2, 3, 4, 5, 6)
WORDS = ("small", "small", "middle", "middle", "large", "large")
PARTS = ([], ["a"], ["a", "b"], ["b"], ["c"], ["a", "c"])


def cases_of(results, **returns):
    cases = [
        Case((size,), (Expectation("value", result),))
        for size, result in zip(SIZES, results, strict=True)
    ]
    return dataclasses.replace(
        DOUBLE, parameters={"size": ""}, returns=returns, cases=tuple(cases), slips=()
    )


def told_of(answers, results=WORDS, **returns):
    cases = cases_of(results, **(returns or {"word": ""}))
    return diagnosis_of(lambda size: answers[size - 1], cases).explanation


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        (
            ("small", "middle", "middle", "middle", "large", "large"),
            "You say 'middle' for 'small' in 1 of the 2 cases where it is right;"
            " every other word that you return is right.",
        ),
        (
            ("large", "middle", "middle", "middle", "large", "large"),
            "You say 'large' or 'middle' for 'small' in 2 of the 2 cases where it is right;"
            " every other word that you return is right.",
        ),
        (
            ("middle", "small", "middle", "middle", "middle", "large"),
            "You say 'middle' 2 times for 'large' or 'small';"
            " every other word that you return is right.",
        ),
        (
            ("large", "large", "middle", "middle", "small", "large"),
            "You say 'small' for 'large' and 'large' for 'small';"
            " every other word that you return is right.",
        ),
        (
            ("large", "middle", "small", "middle", "large", "large"),
            "You say 'small' for 'middle' and 'large' for 'small' and 'middle' for 'small';"
            " every other word that you return is right.",
        ),
        (("large", "middle", "small", "large", "large", "large"), ""),
        (("none",) * 6, ""),
    ],
    ids=["one", "one missed", "one too often", "exchanged", "three", "four", "all wrong"],
)
def test_which_word_stands_for_which(answers, told):
    assert told_of(answers) == told


def test_a_truth_value_beside_texts_is_a_word_like_them():
    told = told_of((True, "x", True, "middle", "large", "large"))
    assert "True for 'small'" in told
    assert "'x' for 'small'" in told
    assert "True for 'middle'" in told


def test_a_truth_value_is_a_word():
    expected = (True, True, True, False, False, False)
    assert told_of((True, True, True, True, False, False), expected) == (
        "You say True for False in 1 of the 3 cases where it is right;"
        " every other word that you return is right."
    )


def test_a_word_beside_a_number_is_looked_at_alone():
    results = [(word, float(size)) for word, size in zip(WORDS, SIZES, strict=True)]
    answers = [("large" if word == "middle" else word, size) for word, size in results]
    assert told_of(answers, results, word="", size="") == (
        "You say 'large' for 'middle' in 2 of the 2 cases where it is right;"
        " every other word that you return is right."
    )


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        (
            ([], ["a"], ["a"], [], ["c"], ["a", "c"]),
            "Your word leaves out 'b'; nothing is there that should not be.",
        ),
        (
            (["d"], ["a"], ["a", "b"], ["b", "d"], ["c", "a"], ["a", "c"]),
            "Your word has 'a' or 'd' where it should not; nothing is left out.",
        ),
        (
            ([], ["a"], ["b", "a"], ["b"], ["c"], ["a", "c"]),
            "Your word has the right words in another order, or one of them twice.",
        ),
        (([], [], [], [], [], []), "Your word leaves out 'a' or 'b' or 'c'; nothing is there"),
        ((["a"], [], ["a", "b"], ["b"], ["c"], ["a", "c"]), ""),
    ],
    ids=["left out", "too many", "another order", "always empty", "both"],
)
def test_which_texts_of_a_list_are_missing(answers, told):
    found = told_of(answers, PARTS)
    assert found.startswith(told)
    assert bool(found) is bool(told)


def test_wrong_words_beside_right_numbers_are_no_missing_refusal():
    """Whatever can be said of the words: they are not right."""
    results = [(word, float(size)) for word, size in zip(WORDS, SIZES, strict=True)]
    cases = cases_of(results, word="", size="")
    refused = Case((0,), (Expectation("raises", "ValueError"),))
    cases = dataclasses.replace(cases, cases=(*cases.cases, refused))
    assert (
        "remains to refuse" not in diagnosis_of(lambda size: ("no word", size), cases).explanation
    )
    words = dict(zip(SIZES, WORDS, strict=True))
    right = diagnosis_of(lambda size: (words.get(size, ""), float(size)), cases)
    assert "remains to refuse" in right.explanation


def test_a_text_without_end_is_cut_short():
    told = told_of(("x" * 9000, *WORDS[1:]))
    assert "for 'small' in 1 of the 2" in told
    assert len(told) < 1000


def test_of_right_words_beside_wrong_numbers_nothing_is_said():
    results = [(word, float(size)) for word, size in zip(WORDS, SIZES, strict=True)]
    answers = [(word, -size) for word, size in results]
    assert told_of(answers, results, word="", size="") == (
        "Yours is −1 × the expected in all 6 cases."
    )


def test_of_many_words_a_few_are_told():
    everything = ["a", "b", "c", "d", "e"]
    assert told_of([everything] * 6, PARTS) == (
        "Your word has 'a', 'b', 'c' and others where it should not; nothing is left out."
    )
