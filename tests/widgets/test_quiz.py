"""Quiz questions: what a reader sees before and after a choice."""

import pytest

from course_lib.widgets.quiz import quiz

OPTIONS = {"It falls": "Not yet: the sign.", "It climbs": "Yes, by 1.6 a step."}


@pytest.fixture
def question():
    return quiz("What does the loss do?", OPTIONS, answer=2)


def test_nothing_is_told_before_a_choice(question):
    assert question.reply == ""


def test_the_right_option_is_marked_right_with_its_own_reason(question):
    question.choose("B")
    assert "Right." in question.reply
    assert OPTIONS["It climbs"] in question.reply


def test_a_wrong_option_is_marked_wrong_with_its_own_reason(question):
    question.choose("A")
    assert "Not this one" in question.reply
    assert OPTIONS["It falls"] in question.reply


def test_taking_a_choice_back_clears_the_reply(question):
    question.choose("A")
    question.choose(None)
    assert question.reply == ""


def test_the_stored_page_lists_every_option_and_the_right_answer_only(question):
    page = question._repr_mimebundle_()["text/html"]
    assert all(option in page for option in OPTIONS)
    assert "<b>B.</b> Yes, by 1.6 a step." in page
    assert OPTIONS["It falls"] not in page


def test_the_text_form_is_the_same_on_every_run(question):
    assert repr(question) == "Question: What does the loss do?"
    assert question._repr_mimebundle_()["text/plain"] == repr(question)


def test_a_live_form_is_offered_beside_the_static_one(question):
    assert "application/vnd.jupyter.widget-view+json" in question._repr_mimebundle_()


@pytest.mark.parametrize("answer", [0, 3, 1.0])
def test_an_answer_that_is_no_option_is_refused(answer):
    with pytest.raises((ValueError, TypeError), match="answer"):
        quiz("?", OPTIONS, answer=answer)


def test_one_option_is_no_question():
    with pytest.raises(ValueError, match="2 to 6 options"):
        quiz("?", {"yes": "only"}, answer=1)
