"""The only room with threads: the paced runner, frozen messages in and out, the single-writer trace ring."""
