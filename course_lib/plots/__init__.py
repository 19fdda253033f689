"""Pictures: each `draw_*(data, *, ax)` draws data that it is given, and computes nothing.

>>> figure, ax = subplots()
>>> draw_curves({"train": losses}, ax=ax)
>>> show(figure, alt="The loss falls until step 50, then stays")
"""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from course_lib.plots.classes import draw_decision, draw_samples
from course_lib.plots.curves import (
    draw_band,
    draw_bifurcation,
    draw_curves,
    draw_powers,
    draw_roots,
    draw_steps,
    draw_sweep,
    draw_threshold,
    draw_trials,
    frame_roots,
    frame_steps,
)
from course_lib.plots.display import show
from course_lib.plots.images import draw_digits, draw_signed_maps, frame_digits
from course_lib.plots.kept import KeptFigure, Layer, Panes, draw_layers
from course_lib.plots.landscapes import draw_contours, draw_paths
from course_lib.plots.maps import (
    draw_boundary_map,
    draw_loss_map,
    draw_part,
    draw_place,
    frame_boundary_map,
    frame_loss_map,
)
from course_lib.plots.matrices import draw_confusion, draw_error_map, draw_gradient_errors
from course_lib.plots.networks import draw_index_graph, draw_network
from course_lib.plots.standings import draw_names, draw_places, draw_standing, frame_standing
from course_lib.plots.style import house_style, mosaic, subplots
from course_lib.plots.units import Parameter, draw_units, frame_units

__all__ = [
    "Axes",
    "Figure",
    "KeptFigure",
    "Layer",
    "Panes",
    "Parameter",
    "draw_band",
    "draw_bifurcation",
    "draw_boundary_map",
    "draw_confusion",
    "draw_contours",
    "draw_curves",
    "draw_decision",
    "draw_digits",
    "draw_error_map",
    "draw_gradient_errors",
    "draw_index_graph",
    "draw_layers",
    "draw_loss_map",
    "draw_names",
    "draw_network",
    "draw_part",
    "draw_paths",
    "draw_place",
    "draw_places",
    "draw_powers",
    "draw_roots",
    "draw_samples",
    "draw_signed_maps",
    "draw_standing",
    "draw_steps",
    "draw_sweep",
    "draw_threshold",
    "draw_trials",
    "draw_units",
    "frame_boundary_map",
    "frame_digits",
    "frame_loss_map",
    "frame_roots",
    "frame_standing",
    "frame_steps",
    "frame_units",
    "house_style",
    "mosaic",
    "show",
    "subplots",
]
