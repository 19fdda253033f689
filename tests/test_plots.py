"""Pictures show the data that they are given, are legible, and are read out by their finding."""

import base64
import io
import itertools
from html.parser import HTMLParser

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgb
from matplotlib.patches import FancyArrowPatch, Rectangle
from PIL import Image

from course_lib.plots import (
    KeptFigure,
    Layer,
    Parameter,
    draw_band,
    draw_bifurcation,
    draw_confusion,
    draw_contours,
    draw_curves,
    draw_decision,
    draw_digits,
    draw_error_map,
    draw_gradient_errors,
    draw_index_graph,
    draw_names,
    draw_network,
    draw_paths,
    draw_places,
    draw_powers,
    draw_roots,
    draw_samples,
    draw_signed_maps,
    draw_standing,
    draw_steps,
    draw_sweep,
    draw_threshold,
    draw_trials,
    draw_units,
    frame_roots,
    frame_standing,
    frame_steps,
    frame_units,
    mosaic,
    show,
    subplots,
)
from course_lib.plots.display import Picture
from course_lib.plots.style import LOOKS

mpl.use("agg")

SIDE = np.linspace(-1.5, 1.5, 31)
NETWORK = (  # what the units of a 2-3-1 network answer on a grid of 30 x 40, and its weights
    [np.full((units, 30, 40), value) for units, value in ((2, 0.5), (3, -1.0), (1, 1.0))],
    [np.array([[1.0, -2.0, 0.0], [0.5, 3.0, -0.1]]), np.array([[4.0], [-4.0], [0.2]])],
)
BOWL = 0.5 * (SIDE[None, :] ** 2 + 20.0 * SIDE[:, None] ** 2)


def axes():
    return subplots(size=(5.0, 4.0))[1]


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)


def words(ax):
    return [text.get_text() for text in ax.texts if text.get_text()]


# Every drawing, with data that exercises it: used where all of them must keep a promise.
DRAWINGS = {
    "contours": lambda ax: draw_contours(SIDE, SIDE, BOWL, ax=ax, minimum=(0.0, 0.0)),
    "paths": lambda ax: draw_paths({"a": np.eye(2), "b": np.ones((2, 3))}, ax=ax),
    "curves": lambda ax: draw_curves({"a": np.array([1.0, 0.1]), "b": np.ones(2)}, ax=ax),
    "band": lambda ax: draw_band(np.zeros(3), np.array([1.0, np.inf, 2.0]), ax=ax),
    "threshold": lambda ax: draw_threshold(0.5, r"$2/\lambda_{\max}$", ax=ax),
    "powers": lambda ax: draw_powers(-3, 2, ax=ax, axis="x"),
    "sweep": lambda ax: draw_sweep(np.array([0.1, 1.0]), {"a": np.array([0.5, np.inf])}, ax=ax),
    "trials": lambda ax: draw_trials(np.array([0.1, 1.0]), np.array([0.5, np.inf]), ax=ax),
    "roots": lambda ax: draw_roots(np.array([0.5 + 0.5j, 0.1]), ax=frame_roots(ax=ax)),
    "bifurcation": lambda ax: draw_bifurcation(np.array([1.0, 2.0]), np.eye(2), ax=ax),
    "index graph": lambda ax: draw_index_graph(3, 2, ax=ax, highlight=(2, 1)),
    "network": lambda ax: draw_network([["$x$"], ["$y$"]], {((0, 0), (1, 0)): "$w$"}, ax=ax),
    "gradient errors": lambda ax: draw_gradient_errors({"W1[0, 0]": 1e-9, "b1[0]": 0.3}, ax=ax),
    "error map": lambda ax: draw_error_map(np.eye(2), ax=ax, rows="ab", columns="cd"),
    "confusion": lambda ax: draw_confusion(np.eye(2, dtype=int), ax=ax, names="01"),
    "digits": lambda ax: draw_digits(np.eye(64)[:3], [1, 2, 3], [1, 2, 4], ax=ax),
    "signed maps": lambda ax: draw_signed_maps(np.eye(64)[:3] - 0.3, "abc", ax=ax),
    "samples": lambda ax: draw_samples(np.eye(2), np.array([0, 1]), ax=ax),
    "standing": lambda ax: draw_standing([0.1, np.inf], ax=frame_standing(2, (-3, 1), ax=ax)),
    "names": lambda ax: draw_names(["SGD", "Adam"], ax=frame_standing(2, (-3, 1), ax=ax)),
    "steps": lambda ax: draw_steps(500, ax=frame_steps(ax=ax)),
    "places": lambda ax: draw_places([2, 1], ax=frame_standing(2, (-3, 1), ax=ax)),
    "units frame": lambda ax: frame_units([2, 8, 8, 8, 1], ax=ax),
    "units": lambda ax: draw_units(*NETWORK, ax=ax, chosen=Parameter(1, 0, 1), note="∂L/∂W1[0, 1]"),
    "decision": lambda ax: draw_decision(SIDE, SIDE, BOWL / BOWL.max(), ax=ax),
}


@pytest.mark.parametrize("draw", DRAWINGS.values(), ids=DRAWINGS)
class TestEveryDrawing:
    def test_returns_the_axes_it_was_given(self, draw):
        ax = axes()
        assert draw(ax) is ax

    def test_leaves_the_settings_of_matplotlib_as_they_were(self, draw):
        before = mpl.rcParams.copy()
        draw(axes())
        assert mpl.rcParams == before

    def test_has_every_glyph_and_can_be_drawn_without_a_warning(self, draw):
        ax = axes()
        draw(ax)
        ax.figure.canvas.draw()

    def test_without_axes_it_says_how_to_make_them(self, draw):
        with pytest.raises(TypeError, match="subplots"):
            draw(None)

    def test_is_drawn_with_no_word_upon_another(self, draw):
        ax = axes()
        draw(ax)
        assert_no_words_overlap(ax)


def assert_no_words_overlap(ax):
    ax.figure.draw_without_rendering()
    boxes = [(text.get_text(), text.get_window_extent()) for text in ax.texts if text.get_text()]
    for (one, a), (other, b) in itertools.combinations(boxes, 2):
        assert not a.overlaps(b), f"{one!r} lies upon {other!r}"


class Tags(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))


class TestShow:
    def test_the_page_gets_one_image_with_the_finding_as_its_alternative_text(self, capsys):
        html = Picture(subplots()[0], alt='5 < 6 & "so"')._repr_html_()
        [(tag, attributes)] = Tags(html).tags
        assert tag == "img"
        assert attributes["alt"] == '5 < 6 & "so"'

    def test_the_image_is_never_wider_than_the_page(self):
        [(_, attributes)] = Tags(Picture(subplots()[0], alt="flat")._repr_html_()).tags
        assert "max-width:100%" in attributes["style"]
        assert "height:auto" in attributes["style"]

    def test_the_image_in_the_page_is_the_figure(self):
        figure, ax = subplots(size=(3.0, 2.0))
        ax.set_facecolor("#ff0000")
        [(_, attributes)] = Tags(Picture(figure, alt="red")._repr_html_()).tags
        data = base64.b64decode(attributes["src"].removeprefix("data:image/png;base64,"))
        image = pixels(data)
        assert image.shape == (300, 450, 3)
        assert (image == (255, 0, 0)).all(axis=2).mean() > 0.5

    def test_as_text_it_is_the_finding_alone_in_one_line(self, capsys):
        show(subplots()[0], alt="The loss\n   falls")
        assert capsys.readouterr().out == "<Figure: The loss falls>\n"

    def test_the_same_figure_gives_the_same_bytes(self):
        def html():
            figure, ax = subplots()
            DRAWINGS["curves"](ax)
            return Picture(figure, alt="same")._repr_html_()

        assert html() == html()

    @pytest.mark.parametrize("alt", ["", "  \n", None, 3])
    def test_an_empty_finding_is_refused_with_an_example(self, alt):
        with pytest.raises(ValueError, match="finding"):
            show(subplots()[0], alt=alt)

    def test_a_missing_finding_is_refused(self):
        with pytest.raises(TypeError, match="alt"):
            show(subplots()[0])

    def test_axes_in_place_of_a_figure_are_told_where_the_figure_is(self):
        with pytest.raises(TypeError, match=r"ax\.figure"):
            show(axes(), alt="axes")

    def test_a_figure_of_pyplot_is_closed_so_that_no_notebook_shows_it_twice(self, capsys):
        show(plt.figure(), alt="closed")
        assert plt.get_fignums() == []

    def test_a_figure_of_ours_is_unknown_to_pyplot(self):
        subplots()
        assert plt.get_fignums() == []


class TestStyle:
    def test_every_series_differs_in_colour_dash_and_marker(self):
        for kind in zip(*LOOKS, strict=True):
            assert len({str(value) for value in kind}) == len(LOOKS)

    @pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.color)
    def test_every_colour_has_a_contrast_of_three_with_white(self, look):
        """WCAG 2.2, 1.4.11: relative luminance of sRGB."""
        channels = np.array(to_rgb(look.color))
        linear = np.where(
            channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4
        )
        assert 1.05 / (linear @ (0.2126, 0.7152, 0.0722) + 0.05) >= 3

    def test_large_type_is_larger_in_what_is_drawn_later_too(self):
        def sizes(large):
            ax = subplots(large=large)[1]
            DRAWINGS["threshold"](ax)
            DRAWINGS["curves"](ax)
            texts = [*ax.texts, *ax.get_legend().get_texts(), ax.xaxis.label]
            return np.array([text.get_fontsize() for text in texts])

        assert (sizes(True) >= 1.3 * sizes(False)).all()


class TestCurves:
    def test_curves_are_the_data_with_a_gap_where_they_are_not_finite(self):
        ax = draw_curves({"a": np.array([1.0, np.inf, 3.0])}, ax=axes())
        [line] = ax.lines
        np.testing.assert_array_equal(line.get_ydata(), [1.0, np.nan, 3.0])
        np.testing.assert_array_equal(line.get_xdata(), [0, 1, 2])

    def test_named_curves_are_in_the_legend_and_others_are_not(self):
        ax = draw_curves({"train": np.ones(2), "": np.ones(2)}, ax=axes())
        assert [text.get_text() for text in ax.get_legend().get_texts()] == ["train"]
        assert draw_curves({"": np.ones(2)}, ax=axes()).get_legend() is None
        assert draw_curves({"a": np.ones(2)}, ax=axes(), legend=None).get_legend() is None

    def test_a_legend_above_stands_outside_the_curves(self):
        ax = draw_curves({"a": np.ones(2)}, ax=axes(), legend="above")
        ax.figure.draw_without_rendering()
        assert ax.get_legend().get_window_extent().y0 >= ax.bbox.y1

    def test_a_band_lies_between_its_curves_and_has_a_gap_where_one_is_not_finite(self):
        low, high = np.array([1.0, 1.0, 2.0, 1.0, 1.0]), np.array([3.0, 4.0, np.inf, 4.0, 3.0])
        ax = draw_band(low, high, ax=axes(), x=np.arange(5) / 10)
        left, right = ax.collections[0].get_paths()
        for path, x in ((left, (0.0, 0.1)), (right, (0.3, 0.4))):
            assert path.vertices.min(axis=0).tolist() == pytest.approx([x[0], 1.0])
            assert path.vertices.max(axis=0).tolist() == pytest.approx([x[1], 4.0])

    def test_a_threshold_stands_where_it_is_with_its_label_beside_it(self):
        for axis in ("x", "y"):
            ax = draw_threshold(0.25, "limit", ax=axes(), axis=axis)
            [line] = ax.lines
            assert set(line.get_data()[axis == "y"]) == {0.25}
            assert words(ax) == ["limit"]

    @pytest.mark.parametrize("side", ["left", "right"])
    def test_the_label_of_a_threshold_is_on_the_side_that_was_asked_for(self, side):
        ax = draw_threshold(0.5, "limit", ax=axes(), side=side)
        ax.figure.draw_without_rendering()
        box, line = ax.texts[0].get_window_extent(), ax.transData.transform((0.5, 0.5))[0]
        assert box.x1 < line if side == "left" else box.x0 > line

    def test_a_dotted_threshold_differs_from_a_dashed_one(self):
        ax = axes()
        draw_threshold(0.2, "", ax=ax)
        draw_threshold(0.3, "", ax=ax, dotted=True)
        predicted, measured = ax.lines
        assert predicted._dash_pattern != measured._dash_pattern

    def test_a_run_of_a_sweep_that_diverged_is_a_cross_and_not_a_number(self):
        ax = draw_sweep(
            np.array([0.1, 1.0, 10.0]), {"loss": np.array([0.5, np.nan, np.inf])}, ax=axes()
        )
        curve, crosses = ax.lines
        np.testing.assert_array_equal(curve.get_ydata(), [0.5, np.nan, np.nan])
        np.testing.assert_array_equal(crosses.get_xdata(), [1.0, 10.0])
        assert crosses.get_marker() == "x"

    def test_the_last_trial_stands_out_and_the_earlier_ones_stay(self):
        ax = axes()
        ax.set_ylim(0.0, 2.0)
        draw_trials(np.array([1.0, 2.0, 3.0]), np.array([0.5, np.nan, 1.5]), ax=ax)
        inside, above, last = ax.lines
        assert inside.get_xdata() == [1.0]
        assert (above.get_xdata(), above.get_ydata(), above.get_marker()) == ([2.0], [2.0], "^")
        assert (last.get_xdata(), last.get_ydata(), last.get_marker()) == ([3.0], [1.5], "D")

    def test_the_largest_roots_are_diamonds_and_the_circle_has_radius_one(self):
        ax = axes()
        draw_roots(np.array([0.3 - 0.4j, 0.1 + 0j, 0.3 + 0.4j]), ax=frame_roots(ax=ax))
        circle, rest, largest = ax.lines
        assert np.allclose(np.hypot(circle.get_xdata(), circle.get_ydata()), 1)
        assert list(rest.get_xdata()) == [0.1]
        assert sorted(largest.get_ydata()) == [-0.4, 0.4]

    def test_a_trial_above_the_axes_is_a_triangle_at_their_edge(self):
        ax = axes()
        ax.set_ylim(0.0, 2.0)
        draw_trials(np.array([1.0]), np.array([5.0]), ax=ax)
        assert (ax.lines[-1].get_ydata(), ax.lines[-1].get_marker()) == ([2.0], "^")

    def test_a_bifurcation_diagram_has_a_point_for_each_finite_value(self):
        values = np.array([[0.1, 0.2, np.nan], [0.1, 0.9, np.inf]])
        [line] = draw_bifurcation(np.array([1.0, 2.0, 3.0]), values, ax=axes()).lines
        points = sorted(zip(*line.get_data(), strict=True))
        assert points == [(1.0, 0.1), (1.0, 0.1), (2.0, 0.2), (2.0, 0.9)]

    @pytest.mark.parametrize("axis", ["x", "y"])
    def test_powers_of_ten_are_labelled_in_plain_text_where_they_are(self, axis):
        ax = axes()
        ax.set(xscale="log", yscale="log", xlim=(1e-8, 1e12), ylim=(1e-8, 1e12))
        draw_powers(-8, 12, ax=ax, axis=axis, step=4)
        part = ax.xaxis if axis == "x" else ax.yaxis
        assert part.get_ticklocs().tolist() == [1e-8, 1e-4, 1, 1e4, 1e8, 1e12]
        labels = [label.get_text() for label in part.get_ticklabels()]
        assert labels == ["10⁻⁸", "10⁻⁴", "1", "10⁴", "10⁸", "10¹²"]


class TestLandscapes:
    def test_contours_fill_the_box_and_mark_the_minimum(self):
        ax = draw_contours(SIDE, SIDE, BOWL, ax=axes(), minimum=(0.0, 0.0))
        assert ax.get_xlim() == ax.get_ylim() == (-1.5, 1.5)
        assert [line.get_xydata().tolist() for line in ax.lines] == [[[0.0, 0.0]]]

    def test_contours_of_a_bowl_are_evenly_spaced(self):
        """By default: the level of a quadratic goes with the square of the distance."""
        loss = 0.5 * (SIDE[None, :] ** 2 + SIDE[:, None] ** 2)
        levels = draw_contours(SIDE, SIDE, loss, ax=axes()).collections[-1].levels
        assert levels[0] < loss.min(), "the lowest band holds the minimum"
        np.testing.assert_allclose(np.diff(np.sqrt(levels[1:]), 2), 0.0, atol=1e-12)

    def test_a_path_is_drawn_whole_and_leaves_the_limits_alone(self):
        ax = axes()
        ax.set(xlim=(0, 1), ylim=(0, 2))
        path = np.array([[0.0, 0.5, 1.5], [0.0, 3.0, 1.0]])
        draw_paths({"": path}, ax=ax)
        np.testing.assert_array_equal(ax.lines[0].get_data(), path)
        assert (ax.get_xlim(), ax.get_ylim()) == ((0, 1), (0, 2))
        fresh = draw_paths({"": path}, ax=axes())
        assert fresh.get_xlim() == fresh.get_ylim() == (0, 1)

    def test_start_and_end_of_a_path_look_different(self):
        *_, start, end = draw_paths({"": np.array([[0.0, 1.0], [0.0, 1.0]])}, ax=axes()).lines
        assert (start.get_xdata(), end.get_xdata()) == ([0.0], [1.0])
        assert (start.get_markerfacecolor(), end.get_markerfacecolor()) == ("white", LOOKS[0].color)

    @pytest.mark.parametrize("far", [1e3, 1e300, np.inf, np.nan])
    def test_a_path_ends_where_it_has_left_the_picture(self, far):
        ax = axes()
        ax.set(xlim=(0, 1), ylim=(0, 1))
        draw_paths({"": np.array([[0.5, far, 0.5, 0.5], [0.5, 0.5, 0.5, 0.5]])}, ax=ax)
        drawn = ax.lines[0].get_xdata()
        assert len(drawn) == (2 if np.isfinite(far) else 1)
        assert np.abs(drawn).max() <= 3.0
        ax.figure.canvas.draw()

    def test_a_path_has_about_as_many_markers_as_were_asked_for(self):
        ax = axes()
        draw_paths({"": np.zeros((2, 100)), "short": np.zeros((2, 3))}, ax=ax, marks=25)
        assert [line.get_markevery() for line in ax.lines[::3]] == [4, 1]

    def test_a_look_can_be_chosen(self):
        ax = axes()
        draw_paths({"": np.eye(2)}, ax=ax, looks=[5])
        draw_curves({"": np.ones(2)}, ax=ax, looks=[3])
        assert ax.lines[0].get_color() == LOOKS[5].color
        assert ax.lines[-1].get_color() == LOOKS[3].color


class TestStandings:
    def test_a_line_ends_at_its_value_or_at_the_edge(self):
        ax = frame_standing(4, (-3, 1), ax=axes())
        draw_standing([0.1, np.inf, 1e-9, np.nan], ax=ax, looks=[2, 0, 1, 3])
        ends = [line.get_xdata()[1] for line in ax.lines]
        assert ends == pytest.approx([0.1, 10.0, 1e-3, 10.0])
        assert [line.get_marker() for line in ax.lines] == [LOOKS[k].marker for k in (2, 0, 1, 3)]

    def test_the_leader_is_bold_and_every_name_stands_above_its_own_line(self):
        ax = frame_standing(2, (-3, 1), ax=axes())
        draw_standing([1.0, 0.1], ax=ax)
        draw_names(["SGD", "Adam"], ax=ax)
        draw_places([2, 1], ax=ax)
        assert words(ax) == ["SGD", "Adam", "2.", "1."]
        assert [text.get_weight() for text in ax.texts[2:]] == ["normal", "bold"]
        for text, line in zip(ax.texts, [*ax.lines] * 2, strict=True):
            assert line.get_ydata()[0] - 1 < text.get_position()[1] < line.get_ydata()[0]
        assert_no_words_overlap(ax)

    def test_the_steps_of_a_run_stand_under_the_lines_that_divide_the_axis(self):
        ax = frame_steps(ax=axes())
        ax.figure.canvas.draw()
        lines = [ax.transData.transform((x, 0))[0] for x in ax.get_xticks()]
        draw_steps(500, ax=ax)
        assert words(ax) == ["0", "100", "200", "300", "400", "500"]
        assert [ax.transData.transform((x, 0))[0] for x in ax.get_xticks()] == pytest.approx(lines)
        ax.figure.canvas.draw()
        for text, x in zip(ax.texts, lines, strict=True):
            box = text.get_window_extent()
            assert (box.x0 + box.x1) / 2 == pytest.approx(x, abs=1)
            assert ax.xaxis.label.get_window_extent().y1 <= box.y0 < box.y1 < ax.bbox.y0


class TestNetworks:
    def test_every_input_has_an_arrow_to_every_output(self):
        ax = draw_index_graph(3, 2, ax=axes())
        assert len(arrows(ax)) == 6
        assert {"$x_{1}$", "$x_{2}$", "$x_{3}$", "$y_{1}$", "$y_{2}$"} == set(words(ax))

    def test_the_highlighted_weight_is_the_one_arrow_that_stands_out(self):
        ax = draw_index_graph(3, 2, ax=axes(), highlight=(2, 1))
        thick = [arrow for arrow in arrows(ax) if arrow.get_linewidth() > 2]
        assert len(thick) == 1
        assert "$w_{21}$" in words(ax)
        assert thick[0].get_edgecolor() != arrows(ax)[0].get_edgecolor()
        places = {text.get_text(): text.get_position() for text in ax.texts}
        [arrow] = [text for text in ax.texts if getattr(text, "arrow_patch", None) is thick[0]]
        assert (arrow.xyann, arrow.xy) == (places["$x_{2}$"], places["$y_{1}$"])

    @pytest.mark.parametrize("highlight", [(0, 1), (1, 3), (4, 1)])
    def test_a_weight_that_is_not_there_is_refused(self, highlight):
        with pytest.raises(ValueError, match="i goes from 1 to 3, j from 1 to 2"):
            draw_index_graph(3, 2, ax=axes(), highlight=highlight)

    def test_every_label_stands_on_its_edge_and_none_upon_another(self):
        labels = {
            (
                (0, i),
                (1, j),
            ): rf"$\dfrac{{\partial z_{j + 1}}}{{\partial x_{i + 1}}} = w_{{{i}{j}}}^2$"
            for i in range(2)
            for j in range(2)
        }
        labels[((1, 0), (2, 0))] = r"$\dfrac{\partial L}{\partial h_1}$"
        labels[((1, 1), (2, 0))] = r"$\dfrac{\partial L}{\partial h_2}$"
        ax = subplots(size=(10.0, 4.4), large=True)[1]
        draw_network([["$x_1$", "$x_2$"], ["$h_1$", "$h_2$"], ["$y$"]], labels, ax=ax)
        assert set(labels.values()) < set(words(ax))
        assert_no_words_overlap(ax)
        places = {text.get_text(): np.array(text.get_position()) for text in ax.texts}
        ends = {(0, 0): "$x_1$", (0, 1): "$x_2$", (1, 0): "$h_1$", (1, 1): "$h_2$", (2, 0): "$y$"}
        for (start, end), label in labels.items():
            a, b, p = places[ends[start]], places[ends[end]], places[label]
            (x, y), (dx, dy) = p - a, b - a
            assert abs(x * dy - y * dx) < 1e-12, f"{label} is beside its edge"

    def test_an_edge_that_is_not_there_is_refused(self):
        with pytest.raises(ValueError, match="no edge"):
            draw_network([["a"], ["b"]], {((0, 0), (1, 1)): "w"}, ax=axes())


def arrows(ax):
    found = [text.arrow_patch for text in ax.texts if getattr(text, "arrow_patch", None)]
    assert all(isinstance(arrow, FancyArrowPatch) for arrow in found)
    return found


class TestMatrices:
    def test_a_bar_is_hatched_where_the_error_exceeds_the_tolerance(self):
        errors = {"a": 1e-9, "b": 1e-6, "c": 2e-6, "d": np.nan, "e": 0.0}
        ax = draw_gradient_errors(errors, ax=axes(), tolerance=1e-6)
        bars = [patch for patch in ax.patches if isinstance(patch, Rectangle)]
        assert [bool(bar.get_hatch()) for bar in bars] == [False, False, True, True, False]
        assert [label.get_text() for label in ax.get_yticklabels()] == list(errors)

    def test_a_bar_ends_at_its_error(self):
        ax = draw_gradient_errors({"a": 1e-9, "b": 1e-3}, ax=axes())
        ends = [bar.get_x() + bar.get_width() for bar in ax.patches]
        np.testing.assert_allclose(ends, [1e-9, 1e-3])

    def test_an_error_map_prints_every_power_and_darkens_with_it(self):
        errors = np.array([[1e-10, 1e-3], [0.0, 1.0]])
        ax = draw_error_map(errors, ax=axes(), rows=["x1", "x2"], columns=["y1", "y2"])
        assert words(ax) == ["1e-10", "1e-03", "1e-12", "1e+00"]
        shown = ax.images[0].get_array()
        assert np.array_equal(np.argsort(shown, axis=None), np.argsort(errors, axis=None))

    def test_names_that_do_not_fit_the_map_are_refused(self):
        with pytest.raises(ValueError, match=r"2 row names and 1 column names.*\(2, 2\)"):
            draw_error_map(np.eye(2), ax=axes(), rows="ab", columns="c")

    def test_a_confusion_matrix_prints_counts_and_colours_mistakes_alone(self):
        counts = np.array([[90, 3], [0, 80]])
        ax = draw_confusion(counts, ax=axes(), names=["0", "1"])
        assert words(ax) == ["90", "3", "80"]
        shown = ax.images[0].get_array()
        assert shown[0, 1] > 0
        assert shown[0, 0] == shown[1, 1] == shown[1, 0] == 0
        assert (ax.get_ylabel(), ax.get_xlabel()) == ("true", "predicted")


class TestImages:
    def test_every_image_is_shown_as_it_is_with_what_it_was_taken_for(self):
        images = np.random.default_rng(0).random((5, 64))
        ax = draw_digits(images, [0, 1, 2, 3, 4], [0, 7, 2, 3, 9], ax=axes(), columns=3)
        assert words(ax) == ["0 as 0", "1 as 7", "2 as 2", "3 as 3", "4 as 9"]
        sheet = np.asarray(ax.images[0].get_array().filled(np.nan))
        found = 0
        for image in images.reshape(5, 8, 8):
            windows = np.lib.stride_tricks.sliding_window_view(sheet, (8, 8))
            found += int((windows == image).all(axis=(2, 3)).sum())
        assert found == 5

    def test_a_mistake_differs_in_colour_and_weight(self):
        ax = draw_digits(np.eye(64)[:2], [0, 1], [0, 7], ax=axes())
        right, wrong = ax.texts
        assert right.get_color() != wrong.get_color()
        assert (right.get_fontweight(), wrong.get_fontweight()) == ("normal", "bold")

    def test_without_predictions_the_class_alone_is_named(self):
        assert words(draw_digits(np.eye(64)[:2], [4, 5], ax=axes())) == ["4", "5"]

    def test_no_images_give_an_empty_picture(self):
        assert words(draw_digits(np.zeros((0, 64)), [], [], ax=axes())) == []

    def test_a_signed_map_has_its_own_scale_and_marks_what_is_large(self):
        signed = np.zeros((2, 64))
        signed[0, 9], signed[0, 10], signed[0, 11] = 5.0, -4.0, 1.0  # row 1, columns 1 to 3
        ax = draw_signed_maps(signed, ["a", "none"], ax=axes())
        assert words(ax) == ["a", "none"]
        sheet = np.asarray(ax.images[0].get_array().filled(np.nan))
        np.testing.assert_allclose(sheet[:8, :8].ravel(), signed[0] / 5)
        assert not sheet[:8, 10:18].any()
        marks = {
            line.get_marker(): [tuple(place) for place in line.get_xydata()]
            for line in ax.lines
            if line.get_marker() in "+_" and len(line.get_xdata())
        }
        assert marks == {"+": [(1.5, 1.5)], "_": [(2.5, 1.5)]}


class TestClasses:
    def test_each_class_has_its_own_colour_and_marker(self):
        X, labels = np.arange(8.0).reshape(4, 2), np.array([0, 1, 0, 1])
        zeros, ones = draw_samples(X, labels, ax=axes()).lines
        np.testing.assert_array_equal(zeros.get_xydata(), X[::2])
        assert zeros.get_marker() != ones.get_marker()
        assert zeros.get_color() != ones.get_color()

    def test_a_class_alone_looks_as_it_does_beside_the_other(self):
        _, beside = draw_samples(np.eye(2), np.array([0, 1]), ax=axes()).lines
        (alone,) = draw_samples(np.eye(2), np.array([1, 1]), ax=axes()).lines
        assert (alone.get_color(), alone.get_marker()) == (beside.get_color(), beside.get_marker())

    def test_hollow_samples_are_outlines_of_the_same_shape(self):
        X, labels = np.arange(8.0).reshape(4, 2), np.array([0, 1, 0, 1])
        full, hollow = (draw_samples(X, labels, ax=axes(), hollow=h).lines for h in (False, True))
        for one, other in zip(full, hollow, strict=True):
            assert one.get_marker() == other.get_marker()
            assert other.get_markerfacecolor() == "none"
            assert other.get_markeredgecolor() == one.get_color()

    def test_the_boundary_lies_where_the_probability_is_one_half(self):
        probability = np.broadcast_to(np.linspace(0.0, 1.0, 31), (31, 31))
        ax = draw_decision(SIDE, SIDE, probability, ax=axes())
        [boundary] = ax.collections[0].get_paths()
        np.testing.assert_allclose(boundary.vertices[:, 0], 0.0, atol=1e-12)

    def test_an_answer_that_is_the_same_everywhere_has_no_boundary(self):
        ax = draw_decision(SIDE, SIDE, np.full((31, 31), 0.2), ax=axes())
        assert len(ax.collections) == 0


class TestUnits:
    def drawn(self, *, large=(8.0, 5.0), **settings):
        _, ax = subplots(size=large)
        frame_units([2, 3, 1], ax=ax)
        return draw_units(*NETWORK, ax=ax, **settings)

    def edges(self, ax):
        """Positive weights, then negative ones, of each layer in turn."""
        return [part for part in ax.collections if isinstance(part, LineCollection)]

    def sheet(self, ax):
        (image,) = ax.images
        return image.get_array()

    def test_each_unit_is_a_square_of_its_answers(self):
        sheet = self.sheet(self.drawn())
        found = {value: int((sheet == value).sum()) for value in (0.5, -1.0, 1.0)}
        assert found == {0.5: 2 * 24**2, -1.0: 3 * 24**2, 1.0: 24**2}
        assert np.ma.count(sheet) == 6 * 24**2

    def test_a_map_keeps_its_bottom_row_at_the_bottom(self):
        rising = np.broadcast_to(np.linspace(-1, 1, 30)[:, None], (1, 30, 40))
        _, ax = subplots()
        sheet = self.sheet(draw_units([rising, rising], [np.eye(1)], ax=ax))
        rows = np.ma.median(sheet, axis=1).compressed()
        assert rows[0] == -1
        assert rows[-1] == 1
        assert (np.diff(rows) > 0).all()
        assert ax.images[0].origin == "lower"

    def test_positive_and_negative_weights_differ_by_colour_and_dash_and_zero_is_not_drawn(self):
        groups = self.edges(self.drawn())
        assert [len(group.get_segments()) for group in groups] == [3, 2, 2, 1]
        up, down = groups[0], groups[1]
        assert up.get_linestyle()[0][1] is None, "solid"
        assert down.get_linestyle()[0][1] is not None
        assert to_rgb(up.get_edgecolor()[0]) != to_rgb(down.get_edgecolor()[0])

    def test_an_edge_leads_from_unit_to_unit_and_is_thick_where_its_weight_is_large(self):
        up, _, last, _ = self.edges(self.drawn())
        (start, end), *_ = up.get_segments()
        starts, ends = ({tuple(s[i]) for s in last.get_segments()} for i in (0, 1))
        assert start[0] < end[0] < min(x for x, _ in starts)
        assert len(ends) == 1, "both lead to the one output"
        widths = up.get_linewidths()  # of 1.0, 0.5 and 3.0
        assert widths[1] < widths[0] < widths[2]

    def test_units_that_answer_high_have_plus_signs(self):
        (marks,) = (line for line in self.drawn().lines if line.get_marker() == "+")
        assert len(marks.get_xdata()) == 3 * 4**2, "two inputs at 0.5 and one output at 1"

    def test_what_is_chosen_is_marked_and_noted(self):
        plain = len(self.drawn().lines)
        weight = self.drawn(chosen=Parameter(2, 1, 0), note="0.3")
        assert len(weight.lines) > plain
        assert "0.3" in words(weight)
        bias = self.drawn(chosen=Parameter(1, None, 2))
        assert len(bias.lines) > plain

    @pytest.mark.parametrize("sizes", [(2, 1), (2, 8, 1), (2, 8, 8, 8, 1), (2, 1, 1, 1, 1)])
    def test_units_never_overlap_and_stay_within_the_axes(self, sizes):
        _, ax = subplots(size=(6.0, 4.0))
        frame_units(sizes, ax=ax)
        maps = [np.zeros((units, 24, 24)) for units in sizes]
        weights = [np.ones(pair) for pair in itertools.pairwise(sizes)]
        draw_units(maps, weights, ax=ax)
        assert np.ma.count(self.sheet(ax)) == sum(sizes) * 24**2, "each pixel is of one unit"
        left, right, bottom, top = ax.images[0].get_extent()
        np.testing.assert_allclose(ax.get_xlim(), (left, right), atol=0.05)
        assert bottom == 0
        assert top == pytest.approx(ax.get_ylim()[1], abs=0.05)


def frame(key=0):
    return Layer(key, lambda panes: panes["a"].set(xlim=(0, 3), ylim=(0, 3), xlabel=f"key {key}"))


def line(key, calls=None):
    def draw(panes):
        if calls is not None:
            calls.append(key)
        draw_curves({"": np.full(4, float(key))}, ax=panes["a"], yscale="linear")

    return Layer(key, draw)


class TestKeptFigure:
    def kept(self):
        return KeptFigure([["a", "b"]], size=(4.0, 2.0))

    def test_a_picture_is_the_same_whether_layers_were_kept_or_not(self):
        kept = self.kept()
        for one, two in [(1, 2), (1, 0), (2, 0), (2, 1), (2, 1)]:
            again = kept.png([frame(), line(one), line(two)])
            assert again == self.kept().png([frame(), line(one), line(two)])

    def test_a_layer_that_stays_is_not_drawn_again_but_those_above_a_change_are(self):
        kept, calls = self.kept(), []
        kept.png([frame(), line(1, calls), line(2, calls)])
        kept.png([frame(), line(1, calls), line(0, calls)])
        kept.png([frame(), line(2, calls), line(0, calls)])
        assert calls == [1, 2, 0, 2, 0]

    def test_a_new_frame_or_type_size_draws_everything_again(self):
        kept, calls = self.kept(), []
        small = kept.png([frame(), line(1, calls)])
        large = kept.png([frame(), line(1, calls)], large=True)
        other = kept.png([frame(1), line(1, calls)])
        assert calls == [1, 1, 1]
        assert len({small, large, other}) == 3

    def test_the_picture_looks_as_matplotlib_draws_it_at_once(self):
        """The palette has 128 colours, and layers lie upon the axes' edge: small differences."""
        layers = [frame(), line(1), line(2)]
        figure, panes = mosaic([["a", "b"]], size=(4.0, 2.0))
        for layer in layers:
            layer.draw(panes)
        panes["a"].set(xlabel="key 0")
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", dpi=100)
        difference = np.abs(pixels(self.kept().png(layers)) - pixels(buffer.getvalue()))
        assert difference.mean() < 2.0
        assert (difference.max(axis=2) > 60).mean() < 0.005

    def test_nothing_piles_up_on_the_axes(self):
        kept = self.kept()
        seen = []
        for key in range(5):
            grab = Layer(("grab", key), lambda panes: seen.append(len(panes["a"].get_children())))
            kept.png([frame(), line(key), grab])
        assert len(set(seen)) == 1

    def test_after_closing_it_begins_anew(self):
        kept, calls = self.kept(), []
        kept.png([frame(), line(1, calls)])
        kept.close()
        kept.png([frame(), line(1, calls)])
        assert calls == [1, 1]
