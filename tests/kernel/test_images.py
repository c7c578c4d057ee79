"""A picture arrives whole, upright and silent, or not at all."""

import io
import struct
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

from app.kernel.errors import Invalid
from app.kernel.images import LARGEST_FILE, LONGEST_SIDE, reencoded
from app.kernel.reencoding import MOST_PIXELS

ORIENTATION, MAKER = 0x0112, 0x010F


def a_picture(width: int = 60, height: int = 40, form: str = "PNG", mode: str = "RGB", **more: Any) -> bytes:
    file = io.BytesIO()
    image = Image.new(mode, (width, height), "red" if mode != "P" else 1)
    image.save(file, form, **more)
    return file.getvalue()


def a_bomb(width: int, height: int) -> bytes:
    """A PNG of a few hundred bytes that says it is this large."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = [(b"IHDR", header), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b"")]
    chunks = [struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in parts]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def shown(picture: Any) -> Image.Image:
    return Image.open(io.BytesIO(picture.data))


@pytest.fixture(autouse=True)
def sentences(app: Any) -> None:
    """Refusals are said in a language."""


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "GIF"])
def test_each_kind_of_picture_becomes_webp(form):
    picture = reencoded(a_picture(form=form))
    assert (shown(picture).format, shown(picture).size, picture.width, picture.height) == ("WEBP", (60, 40), 60, 40)


def test_a_photo_taken_sideways_stands_upright_and_tells_nothing_of_its_camera():
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKER] = 6, "a camera with a number"
    original = a_picture(60, 40, "JPEG", exif=exif)
    assert b"a camera" in original
    picture = reencoded(original)
    assert (picture.width, picture.height) == (40, 60)
    assert b"a camera" not in picture.data
    assert not shown(picture).getexif()


def test_a_large_picture_is_made_smaller():
    picture = reencoded(a_picture(3000, 1500, "JPEG"))
    assert (picture.width, picture.height) == (LONGEST_SIDE, LONGEST_SIDE // 2)


def test_what_is_see_through_stays_so():
    file = io.BytesIO()
    Image.new("RGBA", (8, 8), (255, 0, 0, 0)).save(file, "PNG")
    assert shown(reencoded(file.getvalue())).convert("RGBA").getpixel((0, 0))[3] == 0


def test_of_a_moving_picture_the_first_frame_is_kept():
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    file = io.BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])
    still = shown(reencoded(file.getvalue()))
    assert getattr(still, "n_frames", 1) == 1
    assert still.convert("RGB").getpixel((4, 4)) == (255, 0, 0)


def test_a_portrait_is_the_middle_of_the_picture():
    file = io.BytesIO()
    image = Image.new("RGB", (900, 300), "blue")
    image.paste("red", (300, 0, 600, 300))
    image.save(file, "PNG")
    picture = reencoded(file.getvalue(), 256, square=True)
    assert (picture.width, picture.height) == (256, 256)
    assert all(shown(picture).convert("RGB").getpixel(at)[0] > 200 for at in ((4, 4), (250, 250)))


REFUSED: list[tuple[str, Callable[[], bytes], str]] = [
    ("too many pixels", lambda: a_bomb(6000, 4001), "too large"),
    ("a bomb", lambda: a_bomb(60_000, 60_000), "too large"),
    ("another format", lambda: a_picture(form="BMP"), "no picture"),
    ("a drawing with a script", lambda: b"<svg><script>1</script></svg>", "no picture"),
    ("nothing", lambda: b"", "no picture"),
    ("half a file", lambda: a_picture(600, 400, "JPEG")[:900], "damaged"),
    ("more bytes than fit", lambda: bytes(LARGEST_FILE + 1), "more than 12 MB"),
]


@pytest.mark.parametrize(("file", "sentence"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_cannot_be_shown_is_refused_with_a_sentence(file, sentence):
    with pytest.raises(Invalid, match=sentence):
        reencoded(file())


def test_the_largest_picture_that_is_taken_fits_the_limit():
    assert 6000 * 4000 <= MOST_PIXELS < 6000 * 4001
