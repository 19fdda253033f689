"""For those who teach: how long a lecture takes, and what else is read off its notebook."""
