"""How many examples a property is tried with: a quarter of them in the suite, all with SOAK=1."""

import os


def examples(number: int) -> int:
    return number if os.environ.get("SOAK") else max(10, number // 4)
