"""Grading: what a learner wrote is run, compared and explained; nothing here knows any exercise."""
