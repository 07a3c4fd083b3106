"""Pure functions on recordings: spikes and intervals, fits, curves."""
