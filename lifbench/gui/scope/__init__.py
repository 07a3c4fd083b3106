"""The oscilloscope."""
