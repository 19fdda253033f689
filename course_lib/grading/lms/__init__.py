"""Exercises and marks for other systems: what a learning-management system or a grader reads."""
