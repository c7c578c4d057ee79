"""What the forum survives, with small numbers; `make soak` runs the same with large ones."""
