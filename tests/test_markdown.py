"""Compose files in fenced blocks of Markdown files."""

import pytest
from running import run

from composefmt.markdown import check_bytes, format_bytes

TEXT = """# Title

```yaml
services:
  web:
    image:   'nginx' # why
    prots: []
```

1. Step

   ```yml title="compose.yaml"
   services:
       web:
           image: 'nginx'

       db: {}
   ```

~~~compose
networks:   {}
~~~
"""
FORMATTED = """# Title

```yaml
services:
  web:
    image: nginx  # why
    prots: []
```

1. Step

   ```yml title="compose.yaml"
   services:
     web:
       image: nginx

     db: {}
   ```

~~~compose
networks: {}
~~~
"""
UNTOUCHED = [
    "```yaml\nimage:   x\n```\n",
    "<!-- composefmt: skip -->\n\n```yaml\nservices:   {}\n```\n",
    "````markdown\n```yaml\nservices:   {}\n```\n````\n",
    "```json\nservices:   {}\n```\n",
    "```yaml\nservices:   {}\n",
    "> ```yaml\n> services:   {}\n> ```\n",
    "  ```yaml\n  services:   {}\n volumes:\n  ```\n",
    "```yaml\nservices:\n  ...\n  a: [\n```\n",
    "services:   {}\n",
    "",
]


@pytest.mark.parametrize("line_break", ["\n", "\r\n"])
def test_blocks_are_formatted_and_everything_else_stays(line_break):
    once = format_bytes(TEXT.replace("\n", line_break).encode(), filename="README.md")
    assert once.data == FORMATTED.replace("\n", line_break).encode()
    assert format_bytes(once.data, filename="README.md").data is None


@pytest.mark.parametrize("text", UNTOUCHED)
def test_what_is_not_a_compose_file_stays(text):
    assert format_bytes(text.encode(), filename="README.md").data is None


def test_findings_have_positions_in_the_markdown_file(tmp_path):
    (tmp_path / "README.md").write_text(TEXT.replace("       db: {}", "       db: {imag: x}"))
    done = run("check", "--output-format", "concise", "README.md", cwd=tmp_path)
    lines = [line.split(" ")[0] for line in done.stdout.splitlines() if "unknown-key" in line]
    assert lines == ["README.md:7:5:", "README.md:17:13:"]
    assert done.returncode == 1


def test_findings_have_no_fixes():
    assert all(found.fix is None for found in check_bytes(TEXT.encode(), filename="README.md").findings)


def test_markdown_is_found_by_the_setting_include(tmp_path):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.md").write_text(TEXT)
    (tmp_path / "docs" / "b.yml").write_text("services:   {}\n")
    (tmp_path / "composefmt.toml").write_text('include = ["docs/"]\n')
    assert run("format", cwd=tmp_path).stderr.splitlines()[0] == "reformatted docs/b.yml"
    (tmp_path / "composefmt.toml").write_text('include = ["docs/**/*.md"]\n')
    assert run("format", cwd=tmp_path).stderr.splitlines()[0] == "reformatted docs/a.md"
    assert (tmp_path / "docs" / "a.md").read_text() == FORMATTED
