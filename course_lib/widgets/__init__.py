"""Widgets: labs whose sliders answer at once, and quiz questions; they need ipywidgets."""

from course_lib.widgets.learning_rate import learning_rate_lab, learning_rate_lab_figure

__all__ = ["learning_rate_lab", "learning_rate_lab_figure"]
