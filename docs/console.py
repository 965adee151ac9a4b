#!/usr/bin/env python3
"""Draws what a command shows in a terminal as an SVG: the picture in the README, made from a real run.

usage: docs/console.py OUT.svg COMMAND...
       docs/console.py OUT.svg < console.txt     (a recorded one, with its colours)

Of a long run the picture keeps every heading, the first lines of each block, all that is red, and the end.
"""

import html
import os
import pty
import re
import sys

COLOURS = {"1": "#f0f6fc", "2": "#8b949e", "31": "#ff7b72", "32": "#56d364", "33": "#e3b341"}
PLAIN, BACK = "#c9d1d9", "#0d1117"
WIDTH, HEIGHT, CHAR, COLUMNS = 12, 18, 7.23, 118
FIRST_OF_A_BLOCK = 3


def run(command):
    """What the command writes to a terminal."""
    shown = bytearray()

    def read(fd):
        chunk = os.read(fd, 4096)
        shown.extend(chunk)
        return chunk

    os.environ.pop("NO_COLOR", None)
    pty.spawn(command, read)
    return shown.decode("utf-8", "replace")


def lines_of(text):
    """Lines as they stand in the end: a line that was taken back is gone."""
    for line in text.replace("\r\n", "\n").split("\n"):
        yield line.split("\x1b[2K")[-1].rsplit("\r", 1)[-1]


def spans(line):
    """Pieces of a line with their colours."""
    colour = None
    for piece in re.split(r"(\x1b\[[0-9;]*m)", line):
        if piece.startswith("\x1b["):
            colour = COLOURS.get(piece[2:-1])
        elif piece:
            yield colour, piece


def shorten(lines):
    """Every block's heading, first and last lines; what is red; and the end whole."""
    bare = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in lines]
    end = max((n for n, line in enumerate(bare) if re.match(r"[A-Z]{4,}", line)), default=len(lines))
    kept, since, dots = [], 0, False
    for n, line in enumerate(bare):
        heading = not line.startswith(" ")
        since = 0 if heading else since + 1
        last = n + 1 < len(bare) and not bare[n + 1].startswith(" ")
        if n >= end or since <= FIRST_OF_A_BLOCK or last or "✗" in line:
            kept.append(lines[n])
            dots = False
        elif not dots:
            kept.append("    …")
            dots = True
    return kept


def svg(lines):
    """The picture."""
    height = HEIGHT * len(lines) + 2 * WIDTH
    width = round(CHAR * COLUMNS) + 2 * WIDTH
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        'role="img" aria-label="Console of a run">',
        f'<rect width="100%" height="100%" rx="8" fill="{BACK}"/>',
        f'<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,monospace" font-size="12" fill="{PLAIN}" xml:space="preserve">',
    ]
    for n, line in enumerate(lines):
        left, pieces = COLUMNS, []
        for colour, piece in spans(line):
            shown = piece if len(piece) <= left else piece[: max(left - 1, 0)] + "…"
            left -= len(shown)
            fill = f' fill="{colour}"' if colour else ""
            pieces.append(f"<tspan{fill}>{html.escape(shown)}</tspan>")
            if left <= 0:
                break
        parts.append(f'<text x="{WIDTH}" y="{WIDTH + HEIGHT * (n + 1) - 5}">{"".join(pieces)}</text>')
    return "\n".join([*parts, "</g>", "</svg>", ""])


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    out, *command = sys.argv[1:]
    text = run(command) if command else sys.stdin.read()
    lines = list(lines_of(text))
    while lines and not lines[-1]:
        lines.pop()
    with open(out, "w", encoding="utf-8") as file:
        file.write(svg(shorten(lines)))


if __name__ == "__main__":
    main()
