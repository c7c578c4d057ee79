"""The results as a table for people, as JSON for programs, as a plot for the documentation."""

import json
from dataclasses import asdict
from html import escape
from pathlib import Path

from bench.comparing import Line

HEADS = ("", "what", "figure", "reference", "ratio", "target", "reached", "remarks")
BAR, LEFT, ROW, FULL = 300, 400, 24, 2.0  # of the plot: the target's place, the labels' width, a row, in targets


def cells(line: Line) -> tuple[str, ...]:
    sign = "≥" if line.at_least else "≤"
    ratio = "" if line.ratio is None else f"{line.ratio:.2f} {line.of}".strip()
    target = "" if line.most is None else f"{sign} {line.most:g} {line.of}".strip()
    reached = {True: "yes", False: "NO", None: ""}[line.reached]
    return line.target, line.what, line.figure, line.reference, ratio, target, reached, line.remark


def plain(lines: list[Line]) -> str:
    rows = [HEADS, *map(cells, lines)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(HEADS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def markdown(lines: list[Line], about: str) -> str:
    rows = [HEADS, tuple("---" for _head in HEADS), *map(cells, lines)]
    table = "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows)
    return f"{about}\n\n{table}\n"


def plot(lines: list[Line]) -> str:
    """Bars in units of each row's own target: what ends left of the line has reached it."""
    shown = [line for line in lines if line.most and line.ratio is not None]
    height = ROW * (len(shown) + 2)
    width = LEFT + int(BAR * FULL) // 2 + 110
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif" '
             'font-size="12">', '<rect width="100%" height="100%" fill="#fff"/>']  # fmt: skip
    parts += [_bar(place, line) for place, line in enumerate(shown)]
    at = LEFT + BAR // 2
    parts.append(f'<line x1="{at}" y1="0" x2="{at}" y2="{height - ROW}" stroke="#1d2223" stroke-dasharray="4 3"/>')
    parts.append(f'<text x="{at}" y="{height - 8}" text-anchor="middle">target</text></svg>')
    return "\n".join(parts) + "\n"


def _bar(place: int, line: Line) -> str:
    assert line.ratio is not None and line.most
    part = line.most / max(line.ratio, 1e-9) if line.at_least else line.ratio / line.most
    length, top = int(min(part, FULL) * BAR / 2), ROW * place + 6
    colour = "#0b6e4f" if line.reached else "#b3261e"
    what = escape(f"{line.target} {line.what}"[:64])
    return (
        f'<text x="{LEFT - 8}" y="{top + 13}" text-anchor="end">{what}</text>'
        f'<rect x="{LEFT}" y="{top}" width="{length}" height="16" fill="{colour}"/>'
        f'<text x="{LEFT + length + 6}" y="{top + 13}">{escape(cells(line)[4])}</text>'
    )


def write(lines: list[Line], about: str, folder: Path, picture: Path | None) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "bench.md").write_text(markdown(lines, about), encoding="utf-8")
    values = [asdict(line) | {"reached": line.reached} for line in lines]
    text = json.dumps({"about": about, "lines": values}, ensure_ascii=False, indent=1)
    (folder / "bench.json").write_text(text, encoding="utf-8")
    if picture is not None:
        picture.parent.mkdir(parents=True, exist_ok=True)
        picture.write_text(plot(lines), encoding="utf-8")
