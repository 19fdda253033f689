"""What every lab does, whatever it shows: answer, abandon, stop, say, copy, and let go."""

import contextlib
import gc
import itertools
import re
from typing import ClassVar

import comm
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ipywidgets.widgets import widget as ipywidgets_registry

from course_lib.plots import Layer, draw_curves
from course_lib.widgets.controls import Choice, Slider, Switch, nice_numbers
from course_lib.widgets.experiment import accept, code, read_code, static_figure
from course_lib.widgets.lab import Lab
from course_lib.widgets.work import NewestWork


class Counting:
    """Counts to `top`; a step may wait, and 13 cannot be counted to."""

    name = "counting_lab"
    controls: ClassVar = {
        "top": Slider(label="top", default=3, values=range(1, 100), essential=True),
        "pace": Slider(label="pace", default=1.0, values=nice_numbers(0.1, 10.0)),
        "word": Choice(label="word", default="one", options=("one", 'two "quoted"', "thir\\teen")),
        "large_type": Switch(label="large type"),
    }
    layout = (("pane",),)
    size = (4.0, 3.0)

    def __init__(self, seconds=None):
        self.seconds = seconds  # advances a clock instead of waiting
        self.counted = []

    def relevant(self, settings):
        return [name for name in self.controls if name != "pace" or settings["word"] == "one"]

    def compute(self, settings):
        if settings["top"] == 13:
            raise ValueError("13 is <unlucky>")
        for number in range(1, settings["top"] + 1):
            if self.seconds:
                self.seconds()
            self.counted.append(number)
            yield number, settings["top"]

    def share(self, result):
        return result[0] / result[1]

    def layers(self, result):
        def frame(panes):
            panes["pane"].set(xlim=(0, 100), ylim=(0, 1), title="bar")
            panes["pane"].set_axis_off()  # ticks are slow

        def bar(panes):
            draw_curves({"": [0.5, 0.5]}, x=[0, result[0]], ax=panes["pane"], yscale="linear")

        return [Layer("frame", frame), Layer(result, bar)]

    def describe(self, result):
        return f"Counted: {result[0]} of {result[1]}."


DEFAULTS = {name: control.default for name, control in Counting.controls.items()}


class Loop:
    """An event loop whose turn comes when the test says so."""

    def __init__(self):
        self.waiting = []

    def later(self, call):
        self.waiting.append(call)
        return Handle(self.waiting, call)

    def turn(self):
        for call in self.waiting[:]:
            self.waiting.remove(call)
            call()


class Handle:
    def __init__(self, waiting, call):
        self.cancel = lambda: waiting.remove(call) if call in waiting else None


@pytest.fixture
def clock(monkeypatch):
    """A clock of which each slice sees one step, since a step takes a second."""
    time = [0.0]
    monkeypatch.setattr("course_lib.widgets.work.time.monotonic", lambda: time[0])

    def a_second():
        time[0] += 1.0

    return a_second


@pytest.fixture
def slow(clock):
    """A lab that counts one further each time the loop turns."""
    loop = Loop()
    lab = Lab(Counting(clock), {**DEFAULTS, "top": 5}, later=loop.later)
    yield lab, loop
    lab.close()


@pytest.fixture
def lab():
    with Lab(Counting(), DEFAULTS) as lab:
        yield lab


class TestNewestWork:
    def test_long_work_is_shown_as_it_goes_on_and_once_more_when_done(self, clock):
        loop, shown = Loop(), []

        def numbers():
            for number in range(3):
                clock()
                yield number

        work = NewestWork(lambda *result: shown.append(result), pytest.fail, later=loop.later)
        work.start(numbers())
        assert shown == [(0, False)]
        while work.busy:
            loop.turn()
        assert shown == [(0, False), (1, False), (2, False), (2, True)]

    def test_short_work_is_shown_once(self):
        shown = []
        NewestWork(lambda *result: shown.append(result), pytest.fail).start(iter("abc"))
        assert shown == [("c", True)]

    def test_new_work_takes_the_place_of_old_work_which_is_never_resumed(self, clock):
        loop, shown, taken = Loop(), [], []

        def numbers(name):
            for number in range(3):
                clock()
                taken.append((name, number))
                yield name, number

        work = NewestWork(lambda result, _: shown.append(result), pytest.fail, later=loop.later)
        work.start(numbers("old"))
        work.start(numbers("new"))
        assert len(loop.waiting) == 1, "nobody calls for the old work any more"
        while work.busy:
            loop.turn()
        assert [name for name, _ in taken] == ["old", "new", "new", "new"]
        assert shown[-1] == ("new", 2)
        assert loop.waiting == []

    def test_at_a_pace_each_result_is_shown_by_itself_and_none_before_its_time(self, monkeypatch):
        now, loop, shown = [10.0], Loop(), []
        monkeypatch.setattr("course_lib.widgets.work.time.monotonic", lambda: now[0])
        work = NewestWork(lambda result, _: shown.append(result), pytest.fail, later=loop.later)
        work.start(iter("abc"), pace=0.5)
        assert shown == ["a"]
        for later, expected in ((0.4, "a"), (0.11, "ab"), (0.49, "ab"), (0.02, "abc")):
            now[0] += later
            loop.turn()
            assert "".join(shown) == expected
        work.start(iter("xyz"))
        assert shown[-1] == "z", "without a pace, as many as fit in a slice"

    def test_without_a_loop_a_pace_means_nothing(self):
        shown = []
        work = NewestWork(lambda *result: shown.append(result), pytest.fail)
        work.start(iter("abc"), pace=60.0)
        assert shown == [("c", True)]

    def test_without_a_loop_work_is_done_at_once(self, clock):
        def numbers():
            for number in range(5):
                clock()
                yield number

        shown = []
        work = NewestWork(lambda *result: shown.append(result), pytest.fail)
        work.start(numbers())
        assert shown[-1] == (4, True)
        assert not work.busy

    @pytest.mark.parametrize("place", ["work", "show"])
    def test_an_exception_is_handed_over_and_ends_the_work(self, place):
        def fail():
            raise ZeroDivisionError(place)

        def numbers():
            yield 1
            if place == "work":
                fail()

        errors = []
        work = NewestWork(lambda *_: fail() if place == "show" else None, errors.append)
        work.start(numbers())
        assert [str(error) for error in errors] == [place]
        assert not work.busy

    def test_nothing_to_do_is_done_without_a_picture(self):
        work = NewestWork(pytest.fail, pytest.fail)
        work.start(iter(()))
        assert not work.busy


class TestLab:
    def test_a_moved_control_gives_a_new_picture_and_a_new_sentence(self, lab):
        before = lab.picture.value, lab.verdict.value
        lab.controls["top"].value = 7
        assert lab.picture.value != before[0]
        assert "7 of 7" in lab.verdict.value

    def test_the_same_setting_gives_the_same_picture(self, lab):
        before = lab.picture.value
        lab.controls["top"].value = 7
        lab.controls["top"].value = 3
        assert lab.picture.value == before

    def test_while_a_slider_moves_stale_work_is_dropped_and_the_last_value_wins(self, slow):
        lab, loop = slow
        for top in (20, 30, 4):
            lab.controls["top"].value = top
        while lab.busy:
            loop.turn()
        assert lab.experiment.counted == [1, 1, 1, 1, 2, 3, 4]
        assert "4 of 4" in lab.verdict.value

    def test_long_work_shows_how_far_it_is(self, slow):
        lab, loop = slow
        assert lab._waiting.layout.visibility == "visible"
        assert lab.progress.value == pytest.approx(1 / 5)
        loop.turn()
        assert lab.progress.value == pytest.approx(2 / 5)
        while lab.busy:
            loop.turn()
        assert lab._waiting.layout.visibility == "hidden"

    def test_the_stop_button_stops_and_keeps_what_there_is(self, slow):
        lab, loop = slow
        loop.turn()
        lab.stop_button.click()
        assert not lab.busy
        assert loop.waiting == []
        assert "Stopped early" in lab.verdict.value
        assert "2 of 5" in lab.verdict.value

    def test_stopping_when_nothing_is_under_way_changes_nothing(self, lab):
        before = lab.verdict.value
        lab.stop()
        assert lab.verdict.value == before

    def test_a_bad_combination_is_a_sentence_and_the_next_good_one_is_shown(self, lab):
        picture = lab.picture.value
        lab.controls["top"].value = 13
        assert "13 is &lt;unlucky&gt;" in lab.verdict.value
        assert isinstance(lab.error, ValueError)
        assert lab.picture.value == picture
        lab.controls["top"].value = 14
        assert lab.error is None
        assert "14 of 14" in lab.verdict.value

    def test_the_sentence_is_announced_to_a_screen_reader(self, lab):
        assert 'role="status"' in lab.verdict.value
        assert 'aria-live="polite"' in lab.verdict.value

    def test_every_control_and_the_picture_have_a_name(self, lab):
        for widget in [*lab.controls.values(), lab.set_up, lab.progress, lab.stop_button]:
            assert widget.description
        assert re.match('<img alt="[^"]{20,}" ', lab.picture.value)

    def test_a_control_that_means_nothing_is_hidden(self, lab):
        assert lab.controls["pace"].layout.display is None
        lab.controls["word"].value = 'two "quoted"'
        assert lab.controls["pace"].layout.display == "none"
        lab.controls["word"].value = "one"
        assert lab.controls["pace"].layout.display is None

    def test_large_type_changes_the_picture_and_the_page(self, lab):
        before = lab.picture.value
        lab.controls["large_type"].value = True
        assert lab.picture.value != before
        assert "course-lab-large" in lab.box._dom_classes
        lab.controls["large_type"].value = False
        assert lab.picture.value == before
        assert "course-lab-large" not in lab.box._dom_classes

    def test_the_set_up_is_kept_as_code(self, lab):
        lab.controls["top"].value = 7
        lab.controls["word"].value = 'two "quoted"'
        assert lab.set_up.value == repr(lab) == r'counting_lab(top=7, word="two \"quoted\"")'

    def test_a_set_up_that_is_typed_moves_every_control_at_once(self, lab):
        counted = len(lab.experiment.counted)
        lab.set_up.value = "counting_lab(top=2, pace=0.1234, large_type=True)"
        assert lab.settings == {"top": 2, "pace": 0.1234, "word": "one", "large_type": True}
        assert lab.controls["pace"].value == 0.1234
        assert len(lab.experiment.counted) == counted + 2, "computed once, not once a control"

    @pytest.mark.parametrize(
        ("typed", "told"),
        [
            ("counting_lab(", "not Python"),
            ("other_lab(top=2)", "counting_lab(name=value)"),
            ("counting_lab(2)", "counting_lab(name=value)"),
            ("counting_lab(tip=2)", "there is no tip; choose from top, pace"),
            ("counting_lab(**{})", "None must be a number"),
            ("counting_lab(top=open('x'))", "top must be a number"),
            ("counting_lab(top=200)", "choose from 1 to 99"),
            ("counting_lab(top=2.5)", "whole number"),
            ("counting_lab(top=True)", "whole number"),
            ('counting_lab(word="four")', "choose one of"),
            ("counting_lab(large_type=1)", "True or False"),
            ("", "not Python"),
        ],
    )
    def test_a_set_up_that_cannot_be_read_is_a_sentence(self, lab, typed, told):
        settings = lab.settings
        lab.set_up.value = typed
        assert told in lab.verdict.value.replace("&#x27;", "'").replace("&quot;", '"')
        assert lab.settings == settings

    def test_a_setting_off_its_control_is_an_error_where_the_lab_is_made(self):
        with pytest.raises(ValueError, match="top=100 is off the slider: choose from 1 to 99"):
            Lab(Counting(), {**DEFAULTS, "top": 100})

    def test_a_page_gets_the_widgets_and_the_same_text_in_every_run(self, lab):
        with Lab(Counting(), DEFAULTS) as other:
            one, two = lab._repr_mimebundle_(), other._repr_mimebundle_()
        assert one["text/plain"] == two["text/plain"] == "counting_lab(top=3)"
        assert one["application/vnd.jupyter.widget-view+json"]["model_id"] == lab.box.model_id

    def test_closing_leaves_no_widget_and_no_channel_to_the_page(self):
        def held():
            return len(ipywidgets_registry._instances), len(comm.get_comm_manager().comms)

        before = held()
        lab = Lab(Counting(), DEFAULTS)
        assert held() > before
        lab.close()
        assert held() == before

    def test_a_hundred_labs_opened_and_closed_leave_as_many_objects_as_ten(self):
        def open_and_close(times):
            for top in range(1, times + 1):
                Lab(Counting(), {**DEFAULTS, "top": top % 9 + 1}).close()
            gc.collect()
            return (
                len(ipywidgets_registry._instances),
                len(comm.get_comm_manager().comms),
                len(gc.get_objects()),
            )

        open_and_close(10)
        *before, objects = open_and_close(10)
        *after, objects_later = open_and_close(100)
        assert after == before
        assert objects_later - objects < 100, "less than one object for each lab"

    def test_closing_abandons_the_work(self, clock):
        loop = Loop()
        lab = Lab(Counting(clock), {**DEFAULTS, "top": 50}, later=loop.later)
        lab.close()
        assert loop.waiting == []
        assert not lab.busy

    def test_the_static_figure_is_of_the_finished_work(self):
        experiment = Counting()
        figure = static_figure(experiment, {**DEFAULTS, "top": 42})
        assert list(figure.axes[0].lines[0].get_xdata()) == [0, 42]

    def test_the_labels_of_the_static_figure_are_those_of_the_frame(self):
        figure = static_figure(Counting(), DEFAULTS)
        assert figure.axes[0].get_xlabel() == figure.axes[0].get_ylabel() == ""


def settings_strategy():
    return st.fixed_dictionaries(
        {
            "top": st.integers(1, 99),
            "pace": st.floats(0.1, 10.0),
            "word": st.sampled_from(Counting.controls["word"].options),
            "large_type": st.booleans(),
        }
    )


@given(settings_strategy())
def test_the_code_of_a_set_up_makes_the_same_set_up(settings):
    experiment = Counting()
    accepted = accept(experiment, settings)
    again = read_code(experiment, code(experiment, accepted))
    relevant = experiment.relevant(accepted)
    assert {name: again[name] for name in relevant} == {name: accepted[name] for name in relevant}


@given(st.text(max_size=60))
def test_no_text_whatever_makes_the_set_up_raise_anything_but_a_sentence(text):
    experiment = Counting()
    for typed in (text, f"counting_lab({text})", f"counting_lab(top={text})"):
        with contextlib.suppress(TypeError, ValueError):
            read_code(experiment, typed)


class TestControls:
    def test_nice_numbers_have_at_most_three_digits_and_lie_close(self):
        numbers = nice_numbers(1e-3, 1e2)
        assert (numbers[0], numbers[-1]) == (1e-3, 1e2)
        assert all(float(f"{number:.3g}") == number for number in numbers)
        ratios = [b / a for a, b in itertools.pairwise(numbers)]
        assert 1.01 < min(ratios) <= max(ratios) < 1.0501

    def test_a_slider_keeps_a_value_between_its_stops(self):
        slider = Slider(label="x", default=1.0, values=(0.1, 1.0, 10.0))
        widget = slider.widget(5.03)
        assert widget.value == 5.03
        slider.move(widget, 0.2)
        assert widget.value == 0.2
        assert [value for _, value in widget.options] == [0.1, 0.2, 1.0, 10.0]

    @pytest.mark.parametrize("value", [float("nan"), 0.0999, 10.001, float("inf")])
    def test_a_number_off_the_slider_is_refused_with_its_range(self, value):
        with pytest.raises(ValueError, match=r"choose from 0\.1 to 10"):
            Slider(label="x", default=1.0, values=(0.1, 10.0)).accept("x", value)

    @pytest.mark.parametrize("value", ["1", None, True, [1.0]])
    def test_what_is_no_number_is_refused(self, value):
        with pytest.raises(TypeError, match="x must be a number"):
            Slider(label="x", default=1.0, values=(0.1, 10.0)).accept("x", value)
