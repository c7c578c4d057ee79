"""One picture decoded and written anew: run as a program of its own by images.py, so it knows nothing of the forum.

Standard input: the file as it came. Standard output: a line of JSON, then the bytes of the new file.
"""

import io
import json
import sys
import warnings
from typing import Any

MOST_PIXELS = 24_000_000
FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
MOST_MEMORY = 1024**3  # bytes of address space; 24 million pixels with transparency took 313 MB
MOST_PROCESSOR_SECONDS = 30
LOSSLESS_AT_MOST = 1_500_000  # bytes: a screenshot stays sharp, a photo that came as PNG does not stay huge
PHOTO, DRAWING = 82, 90  # WebP's quality


class Refused(Exception):
    """`args[0]`: format, pixels or broken."""


def reencode(data: bytes, longest_side: int, *, square: bool) -> tuple[bytes, int, int]:
    """The picture as WebP, upright, in sRGB, without anything else that the file said; its width and height.

    Of a moving picture the first frame is kept. `square` cuts the middle out, `longest_side` pixels wide.
    """
    try:
        image, drawn = _decoded(data, longest_side, square=square)
        whole = max(image.size) <= longest_side
        image = _cut(image, longest_side) if square else _fitted(image, longest_side)
        drawn = drawn and whole  # one that was made smaller is not sharp any more, and lossless would take seconds
        return _written(image, drawn), image.width, image.height
    except Refused:
        raise
    except Exception as error:  # a decoder may fail in any way on bytes that a stranger has made
        raise Refused("broken") from error


def _decoded(data: bytes, longest_side: int, *, square: bool) -> tuple[Any, bool]:
    """The upright picture, and whether its format loses nothing (screenshots, drawings)."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    warnings.simplefilter("error", Image.DecompressionBombWarning)
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)  # reads the header only
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise Refused("pixels") from error
    except UnidentifiedImageError as error:
        raise Refused("format") from error
    if image.width * image.height > MOST_PIXELS:
        raise Refused("pixels")
    drawn, profile = image.format in ("PNG", "GIF"), image.info.get("icc_profile")
    smaller = longest_side / (min(image.size) if square else max(image.size))
    image.draft("RGB", (int(image.width * smaller), int(image.height * smaller)))  # a JPEG can be decoded at half
    upright = ImageOps.exif_transpose(image)
    see_through = upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info
    return _in_srgb(upright.convert("RGBA" if see_through else "RGB"), profile), drawn


def _in_srgb(image: Any, profile: bytes | None) -> Any:
    """Phones write colours that only a profile explains, and the profile goes."""
    from PIL import ImageCms

    if not profile or image.mode != "RGB":
        return image
    try:
        known = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(image, known, ImageCms.createProfile("sRGB"))
    except (ImageCms.PyCMSError, OSError):  # of another kind of colours, or no profile at all
        return image


def _fitted(image: Any, longest_side: int) -> Any:
    image.thumbnail((longest_side, longest_side), reducing_gap=2.0)
    return image


def _cut(image: Any, side: int) -> Any:
    from PIL import ImageOps

    side = min(side, *image.size)
    return ImageOps.fit(image, (side, side))


def _written(image: Any, drawn: bool) -> bytes:
    image.info = {}
    if drawn:
        sharp = _webp(image, lossless=True, quality=40, method=2)
        if len(sharp) <= LOSSLESS_AT_MOST:
            return sharp
    return _webp(image, quality=DRAWING if drawn else PHOTO, method=3)


def _webp(image: Any, **how: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, "WEBP", **how)
    return file.getvalue()


def limit_this_process() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_PROCESSOR_SECONDS, MOST_PROCESSOR_SECONDS))


def main() -> None:
    limit_this_process()
    told: dict[str, Any]
    try:
        data, width, height = reencode(sys.stdin.buffer.read(), int(sys.argv[1]), square=sys.argv[2:] == ["square"])
        told = {"width": width, "height": height}
    except Refused as error:
        data, told = b"", {"refused": error.args[0]}
    sys.stdout.buffer.write(json.dumps(told).encode() + b"\n" + data)


if __name__ == "__main__":
    main()
