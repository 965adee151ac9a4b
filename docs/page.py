#!/usr/bin/env python3
"""Takes the pictures of report.html in the README: the first screens of a real run's page, light and dark, by a headless Chromium.

usage: docs/page.py OUT report.html [HEIGHT]     writes OUT-light.png and OUT-dark.png

    upgrade-gate run --stable 11.6.0 --release 11.7.0 --report-dir /tmp/run
    docs/page.py docs/page /tmp/run/report.html
"""

import os
import pathlib
import subprocess
import sys
import tempfile

WIDTH, HEIGHT = 1280, 1240
# What Blink calls the reader's setting.
SCHEMES = {"light": 1, "dark": 0}


def picture(out, page, scheme, height):
    """One picture."""
    with tempfile.TemporaryDirectory() as profile:
        command = [
            os.environ.get("CHROMIUM", "chromium"), "--headless=new", "--no-sandbox", "--hide-scrollbars", "--disable-gpu",
            f"--user-data-dir={profile}", f"--window-size={WIDTH},{height}",
            f"--blink-settings=preferredColorScheme={SCHEMES[scheme]}", f"--screenshot={out}", page.as_uri(),
        ]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120)


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    out, page = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve(strict=True)
    height = int(sys.argv[3]) if len(sys.argv) == 4 else HEIGHT
    for scheme in SCHEMES:
        picture(f"{out}-{scheme}.png", page, scheme, height)


if __name__ == "__main__":
    main()
