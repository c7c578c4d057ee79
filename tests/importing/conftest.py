"""An excerpt of a real dump in a folder of its own, so that a test may change it."""

import shutil
from pathlib import Path

import pytest
from flask import Flask

from tests.factories import a_product

EXCERPT = Path(__file__).parent / "fixtures" / "quantumcomputing.stackexchange.com"


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    return Path(shutil.copytree(EXCERPT, tmp_path / EXCERPT.name))


@pytest.fixture
def product(app: Flask) -> str:
    return a_product("quantum").slug
