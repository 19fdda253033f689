"""What every control of a lab is tried at."""


def ends_and_middle(control):
    """Both ends and the middle of a slider; every option of a choice; both sides of a switch."""
    if hasattr(control, "values"):
        values = control.values
        return [values[0], values[len(values) // 2], values[-1]]
    return list(getattr(control, "options", [True, False]))
