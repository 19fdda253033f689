"""What holds for all tests: Hypothesis does not time them, for a machine may be busy."""

from hypothesis import settings

settings.register_profile("course", deadline=None)
settings.load_profile("course")
