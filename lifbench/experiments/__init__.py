"""One folder per tab. A new experiment is a new folder with an ``EXPERIMENT``; nothing else is edited."""
