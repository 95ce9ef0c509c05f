"""The page on projects shows what the program does: each of its examples is run."""

import re
import shlex
from pathlib import Path

from running import run

PAGE = (Path(__file__).parents[1] / "docs" / "projects.md").read_text(encoding="utf-8")


def test_the_page_shows_what_the_program_does(tmp_path, monkeypatch):
    for name, text in re.findall(r"^`([\w.]+)`:\n\n```yaml\n(.*?)```", PAGE, re.DOTALL | re.MULTILINE):
        (tmp_path / name).write_text(text, encoding="utf-8")
    examples = re.findall(r"```console\n\$ composefmt (.*?)\n(.*?)```", PAGE, re.DOTALL)
    assert len(examples) == 5
    for command, expected in examples:
        done = run(*shlex.split(command), cwd=tmp_path)
        assert done.stdout + done.stderr == expected, command
    monkeypatch.chdir(tmp_path)
    exec(re.search(r"```python\n(.*?)```", PAGE, re.DOTALL).group(1), {})
