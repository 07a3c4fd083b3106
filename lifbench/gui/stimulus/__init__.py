"""The stimulus panel: the current clamp as an instrument."""
