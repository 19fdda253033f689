"""Widgets: labs whose sliders answer at once, and quiz questions; they need ipywidgets."""

from course_lib.widgets.batch_size import batch_size_lab, batch_size_lab_figure
from course_lib.widgets.clipping import clipping_lab, clipping_lab_figure
from course_lib.widgets.delay import delay_lab, delay_lab_figure
from course_lib.widgets.learning_rate import learning_rate_lab, learning_rate_lab_figure
from course_lib.widgets.network import network_lab, network_lab_figure
from course_lib.widgets.optimizer import optimizer_lab, optimizer_lab_figure
from course_lib.widgets.rate_and_clip import rate_and_clip_lab, rate_and_clip_lab_figure
from course_lib.widgets.saturation import saturation_lab, saturation_lab_figure
from course_lib.widgets.schedule import schedule_lab, schedule_lab_figure
from course_lib.widgets.trainability import trainability_lab, trainability_lab_figure

__all__ = [
    "batch_size_lab",
    "batch_size_lab_figure",
    "clipping_lab",
    "clipping_lab_figure",
    "delay_lab",
    "delay_lab_figure",
    "learning_rate_lab",
    "learning_rate_lab_figure",
    "network_lab",
    "network_lab_figure",
    "optimizer_lab",
    "optimizer_lab_figure",
    "rate_and_clip_lab",
    "rate_and_clip_lab_figure",
    "saturation_lab",
    "saturation_lab_figure",
    "schedule_lab",
    "schedule_lab_figure",
    "trainability_lab",
    "trainability_lab_figure",
]
