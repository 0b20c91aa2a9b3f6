"""Pictures of what people see, for the documentation: `python -m tests.slack.pictures docs/img`.

Needs Chromium on the PATH. The pages are those of `page.py`.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image, ImageChops

from tests.slack.page import pages

WIDTH, HEIGHT, MARGIN = 690, 1600, 14
SHOWN = (
    *("alert", "phone", "alert-phone", "correction", "follow-up", "digest"),
    *("not-relevant", "tighten", "list", "form", "edit", "preview", "quotes", "home"),
)
"""Those that the documentation shows."""
NARROW = 400
"""Pixels: what is not wider is cut at its right, too."""


def take(browser: str, page: str, picture: Path) -> None:
    """Render a page and cut off what is empty around it."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "page.html"
        source.write_text(page, encoding="utf-8")
        command = [
            *(browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
            *("--no-first-run", "--disable-background-networking", "--disable-component-update"),
            *("--disable-sync", "--disable-quic", f"--user-data-dir={folder}/profile"),
            *(f"--window-size={WIDTH},{HEIGHT}", f"--screenshot={picture}", source.as_uri()),
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
    taken = Image.open(picture).convert("RGB")
    drawn = ImageChops.difference(taken, Image.new("RGB", taken.size, "white")).getbbox()
    right, bottom = drawn[2:] if drawn else (WIDTH, HEIGHT)
    width = WIDTH if right > NARROW else right + MARGIN
    cut = taken.crop((0, 0, width, min(HEIGHT, bottom + MARGIN)))
    cut.quantize(64).save(picture, optimize=True)


def main() -> None:
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        sys.exit("Chromium is needed on the PATH")
    folder = Path(sys.argv[1]).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    found = pages()
    for name in SHOWN:
        take(browser, found[name], folder / f"slack-{name}.png")


if __name__ == "__main__":
    main()
