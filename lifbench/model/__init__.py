"""The physics: numpy only, knows no screen, no file and no thread."""
