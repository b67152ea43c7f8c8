"""Put the committed result of the laboratory of loss into its page: table and sentences, from published_losses.json."""

from __future__ import annotations

from pathlib import Path

from diansuo.lab import loss_published

PAGE = Path(__file__).parents[1] / "docs/rules/loss-causes.md"
HEAD = "| fault | size |"
BOLD = "- **"


def main() -> None:
    """Replace the table and the sentences below it; everything else of the page stays."""
    before, rest = PAGE.read_text(encoding="utf-8").split(HEAD, 1)
    old = rest.split("\n")
    end = next(at for at, line in enumerate(old) if at and line and not line.startswith(("|", BOLD, "  ")))
    given = loss_published.record()
    new = [*loss_published.lines(given), "", *loss_published.sentences(given), ""]
    PAGE.write_text(before + "\n".join(new + old[end:]), encoding="utf-8")


if __name__ == "__main__":
    main()
