"""Numbers in addresses: no larger than a row's id can be, so that a larger one is a page that is not there."""

from werkzeug.routing import IntegerConverter


class RowId(IntegerConverter):
    """By its pattern, not by `max`: an address that fits a pattern and fails its check is answered with 405 where
    another method is known under it."""

    regex = r"\d{1,18}"
    part_isolating = True
