"""What the forum survives: one module a fault, on real processes and a real database.

`python -m bench.faults` runs all of them at length, `tests/faults` the same functions with small numbers. Each gives a
`Result`: what clients were told is stored must be there, once; each promise that fell due must be kept, once.
"""
