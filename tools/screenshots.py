"""Take the screenshots of the documentation in docs/images, from the real programs.

Usage: screenshots.py [NAME ...]

terminal and editor are a terminal's screen as SVG, graph and tutorial are drawn by `composefmt graph`, the others are pages in
Chromium. If a program for a picture is missing, it is named and the picture stays unchanged. Look at each picture before
committing it.
"""

from __future__ import annotations

import fcntl
import html
import os
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyte
    from rich.text import Text

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
COLUMNS = 118
sys.path.insert(0, str(ROOT / "tests"))

SHOP = """\
# the shop
services:
    web:
        image: "nginx:1.27"
        ports: ["8080:80", "127.0.0.1:9090:9090/udp"]   # shop, metrics
        volumes:
        - ./site:/usr/share/nginx/html:ro
        - ~/certs/etc/nginx/certs/:ro
        depends_on: [api]
    api:
        image: example/api:2
        prots: ["9000:9000"]
"""


def terminal(directory: Path) -> None:
    """Formatting and checking in a terminal."""
    from rich.text import Text

    (directory / "compose.yaml").write_text(SHOP, encoding="utf-8")
    screen = Text()
    for command in ("format --diff", "format", "check"):
        screen.append("$ ", "bold green").append(f"composefmt {command}\n", "bold")
        screen.append_text(Text.from_ansi(_output([sys.executable, "-m", "composefmt", *command.split()], directory))).append("\n")
    screen.rstrip()
    screen.append("\n")
    _write_svg("terminal", "composefmt", screen)


def editor(directory: Path) -> None:
    """Diagnostics of the language server in Neovim."""
    nvim = shutil.which("nvim", path=_path())
    if nvim is None:
        raise _MissingError("nvim")
    (directory / "compose.yaml").write_text(SHOP, encoding="utf-8")
    _output([sys.executable, "-m", "composefmt", "format"], directory)
    look = "set termguicolors number signcolumn=yes laststatus=0 noruler shortmess+=F | colorscheme habamax"
    shown = "lua vim.diagnostic.config({ virtual_lines = true })"
    command = [nvim, "-i", "NONE", "-u", str(ROOT / "editors" / "neovim.lua"), "-c", look, "-c", shown, "compose.yaml"]
    _write_svg("editor", "nvim compose.yaml", _screen(command, directory, columns=COLUMNS, lines=28, until="unknown-key"))


def graph(directory: Path) -> None:
    """A project as a picture."""
    _draw("graph", _SHOP_OF_FOUR, directory)


def tutorial(directory: Path) -> None:
    """The project at the end of the tutorial as a picture."""
    page = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
    *_, text = re.findall(r'^```yaml title="compose.yaml"\n(.*?)^```$', page, re.MULTILINE | re.DOTALL)
    _draw("tutorial", text, directory)


def _draw(name: str, text: str, directory: Path) -> None:
    (directory / "compose.yaml").write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "composefmt", "graph", "--project-name", "shop", "--format", "svg"],
        cwd=directory,
        check=True,
        capture_output=True,
    )
    (IMAGES / f"{name}.svg").write_bytes(done.stdout)


_SHOP_OF_FOUR = """\
services:
  proxy:
    image: nginx:1.27
    ports: ["443:443"]
    depends_on: [web]
    networks: [front]
  web:
    image: example/web:2
    depends_on:
      db: {condition: service_healthy}
      cache: {condition: service_started}
    networks: [front, back]
  cache:
    image: redis:7
    networks: [back]
  db:
    image: postgres:16
    volumes: ["data:/var/lib/postgresql/data"]
    networks: [back]
networks: {front: , back: }
volumes: {data: }
"""


def site(_: Path) -> None:
    """The landing page."""
    _page("site", "", "h1", 800)


def rules(_: Path) -> None:
    """The list of rules, filtered."""
    _page("rules", "rules/?group=volumes", ".rule-filters", 860)


def rule(_: Path) -> None:
    """The page of a rule."""
    _page("rule", "rules/missing-colon/", "h1", 1180)


def card(_: Path) -> None:
    """The preview that other sites show of a link to the documentation: before and after, at the size that they ask for."""
    from browsing import browser, chromium

    if chromium() is None:
        raise _MissingError("Chromium")
    blocks = re.findall(
        r'^```yaml title="compose.yaml, [^\n]*\n(.*?)^```$', (ROOT / "docs" / "index.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    before, after = (html.escape(block) for block in blocks)
    with browser() as running:
        page = running.new_page(viewport={"width": 1200, "height": 630})
        page.set_content(_CARD.format(logo=(ROOT / "docs" / "favicon.svg").read_text(encoding="utf-8"), before=before, after=after))
        page.screenshot(path=ROOT / "docs" / "card.png")


_CARD = """\
<style>
  body {{ margin: 0; padding: 44px 60px; font: 30px system-ui, sans-serif; color: #1e293b; background: #fff; }}
  header {{ display: flex; align-items: center; gap: 22px; }}
  svg {{ width: 72px; }}
  h1 {{ font-size: 50px; margin: 0; }}
  p {{ margin: 14px 0 26px; }}
  main {{ display: grid; grid-template-columns: 1fr 1fr; gap: 24px; }}
  pre {{ background: #f1f5f9; border-radius: 10px; padding: 18px 22px; margin: 0; font: 16px/1.4 monospace; overflow: hidden; }}
</style>
<header>{logo}<h1>composefmt</h1></header>
<p>A formatter and linter for Docker Compose files</p>
<main><pre>{before}</pre><pre>{after}</pre></main>"""


def playground(_: Path) -> None:
    """The playground with a file in it."""
    _page("playground", "playground/", "#findings li", 960)


class _MissingError(Exception):
    """A program for a picture is not installed."""


def _path() -> str:
    return os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])


def _output(command: Sequence[str], directory: Path) -> str:
    """Return a program's output with its colors."""
    given = {**os.environ, "FORCE_COLOR": "1", "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    given.pop("NO_COLOR", None)
    done = subprocess.run(command, cwd=directory, env=given, capture_output=True, text=True, check=False)
    # As on a terminal: findings and changes first, then the summary.
    return done.stdout + done.stderr


def _screen(command: Sequence[str], directory: Path, *, columns: int, lines: int, until: str) -> Text:
    """Return the screen of a program in a terminal of this size once it shows a text (at the latest after 20 seconds)."""
    import pyte

    screen = pyte.Screen(columns, lines)
    stream = pyte.ByteStream(screen)
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(directory)
        # A separate home directory, without the user's settings.
        given = {"PATH": _path(), "TERM": "xterm-256color", "COLORTERM": "truecolor", "HOME": str(directory), "LC_ALL": "C.UTF-8"}
        os.execve(command[0], list(command), {**given, "PYTHONPATH": str(ROOT)})
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
    end = time.monotonic() + 20
    quiet = 0
    while time.monotonic() < end and quiet < 4:
        if select.select([terminal], [], [], 0.5)[0]:
            stream.feed(os.read(terminal, 65536))
            quiet = 0
        elif any(until in line for line in screen.display):
            quiet += 1
    os.kill(child, signal.SIGTERM)
    os.waitpid(child, 0)
    return _as_text(screen)


def _as_text(screen: pyte.Screen) -> Text:
    """Return a terminal's screen as text with styles."""
    from rich.color import Color
    from rich.style import Style
    from rich.text import Text

    def color(name: str) -> Color | None:
        if name == "default":
            return None
        return Color.parse(f"#{name}" if re.fullmatch("[0-9a-f]{6}", name) else _NAMES.get(name, name))

    text = Text(no_wrap=True)
    for number in range(screen.lines):
        cells = [screen.buffer[number][column] for column in range(screen.columns)]
        for (fg, bg, bold, italic, reverse), run in groupby(cells, lambda cell: (cell.fg, cell.bg, cell.bold, cell.italics, cell.reverse)):
            style = Style(color=color(fg), bgcolor=color(bg), bold=bold, italic=italic, reverse=reverse)
            text.append("".join(cell.data for cell in run), style)
        text.append("\n")
    return text


# Colors with different names in the terminal emulator and in the writer of pictures.
_NAMES = {"brown": "yellow", "brightbrown": "bright_yellow"}


def _write_svg(name: str, title: str, text: Text) -> None:
    """Return a terminal's text as a picture in the reader's monospace font, without downloads."""
    from io import StringIO

    from rich.console import Console

    console = Console(record=True, width=COLUMNS, file=StringIO(), force_terminal=True, color_system="truecolor")
    console.print(text, soft_wrap=False)
    drawn = re.sub(r"@font-face \{.*?\}\s*", "", console.export_svg(title=title), flags=re.DOTALL)
    (IMAGES / f"{name}.svg").write_text(drawn.replace("Fira Code, ", ""), encoding="utf-8")


def _page(name: str, path: str, ready: str, height: int) -> None:
    """A page of the site that `make playground docs` built."""
    from browsing import browser, chromium, served

    built = ROOT / "build" / "site"
    if chromium() is None or not built.is_dir():
        raise _MissingError("Chromium, or the site: make playground docs")
    with served(built) as address, browser() as running:
        page = running.new_page(viewport={"width": 1240, "height": height})
        page.goto(f"{address}/{path}")
        page.wait_for_selector(ready, timeout=60_000)
        page.screenshot(path=IMAGES / f"{name}.png")


PICTURES = {picture.__name__: picture for picture in (terminal, editor, graph, tutorial, site, rules, rule, playground, card)}


if __name__ == "__main__":
    IMAGES.mkdir(exist_ok=True)
    for name in sys.argv[1:] or PICTURES:
        with tempfile.TemporaryDirectory() as temporary:
            try:
                PICTURES[name](Path(temporary))
            except _MissingError as missing:
                print(f"{name}: left as it was, since this is not installed: {missing}")
