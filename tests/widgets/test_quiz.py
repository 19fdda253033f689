"""Quiz questions: what a reader sees before and after a choice."""

import re

import pytest

from course_lib.widgets.quiz import poll, quiz

OPTIONS = {"It falls": "Not yet: the sign.", "It climbs": "Yes, by 1.6 a step."}


@pytest.fixture
def question():
    return quiz("""What does the loss do?
        - It falls  | Not yet: the sign.
        + It climbs | Yes, by 1.6 a step.""")


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


def test_a_line_may_go_on_in_the_next_and_hold_formulas():
    question = quiz(
        r"""
        What is
        $\eta$?
        - A rate | of interest: no.
        + The learning rate | It scales
          the step.
        """
    )
    assert repr(question) == r"Question: What is $\eta$?"
    assert question.options["The learning rate"] == "It scales the step."
    assert question.answer == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("?\n+ yes | Only one.", "2 to 6 options"),
        ("?\n- yes | No.\n- no | No.", "0 marked +"),
        ("?\n+ yes | Yes.\n+ no | Yes.", "2 marked +"),
        ("- yes | No.\n+ no | Yes.", "a question and 2 to 6"),
        ("?\n- yes\n+ no | Yes.", "'yes' needs a reason"),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused(text, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        quiz(text)


# A poll: a prediction that is kept, and not judged


@pytest.fixture
def prediction():
    return poll(r"""Where does the
        loss go?
        - Up, by $1.6$ a step
        - Down
          for ever""")


def test_a_poll_says_back_what_was_chosen_and_asks_to_keep_it(prediction):
    assert prediction.reply == ""
    prediction.choose("B")
    assert "You say B." in prediction.reply
    assert "into the next cell" in prediction.reply
    prediction.choose(None)
    assert prediction.reply == ""


def test_a_poll_does_not_judge(prediction):
    for letter in "AB":
        prediction.choose(letter)
        assert not re.search(r"right|wrong|not this", prediction.reply, re.IGNORECASE)


def test_the_stored_page_of_a_poll_lists_its_options_and_asks_to_keep_one(prediction):
    bundle = prediction._repr_mimebundle_()
    assert bundle["text/plain"] == repr(prediction) == "Prediction: Where does the loss go?"
    for text in ("Up, by $1.6$ a step", "Down for ever", "into the next cell", "upper-alpha"):
        assert text in bundle["text/html"]
    assert "application/vnd.jupyter.widget-view+json" in bundle


def test_a_poll_may_say_otherwise_what_to_do_with_a_choice():
    vote = poll("Right?\n- Yes\n- No", keep="The next cell proves it.")
    vote.choose("B")
    assert "You say B" in vote.reply
    assert "The next cell proves it." in vote.reply
    page = vote._repr_mimebundle_()["text/html"]
    assert "The next cell proves it." in page
    assert "into the next cell" not in vote.reply + page


def test_the_live_form_of_a_poll_has_a_button_for_each_option(prediction):
    text, buttons, _ = prediction.widget().children
    assert buttons.options == ("A", "B")
    assert "Down for ever" in text.value


@pytest.mark.parametrize(
    "text",
    ["", "A question?", "One option?\n- yes", "- a\n- b", "Seven?" + "\n- x" * 7, "?\n- a\n- "],
)
def test_a_malformed_poll_is_refused(text):
    with pytest.raises(ValueError, match="2 to 6 options"):
        poll(text)
