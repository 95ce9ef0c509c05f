"""Strategies that make whole Compose files, with comments in every position and in every layout."""

import json

from hypothesis import strategies as st

PORTS = st.sampled_from(
    ["80", "8080:80", "127.0.0.1:1:2", "[::1]:3:4/udp", "3000-3003", "5-6:7-8", "9-10", "80-90:80",
     "1-9999", "80/", "80:x", "0x50", "080:080",
     "${P}:80", "${P:-1}:2/tcp", "${ALL}", "${IP:-::1}:1:1", "$$", "80-82-84", "53:53/UDP", ":80", "::81"]
)  # fmt: skip
VOLUMES = st.sampled_from(
    ["/data", "./a:/b", "~/c:/d/:ro", "v:/e", "v:/e:nocopy,z",
     "../x y:/f g", "./#a:/b #c", "${D}:/g", "${D:-./d}:/h", "${D}/x:/i", "C:\\w:/w",
     "~/a/etc/b:ro", "name", "./é🥐:/界", "a:/b:c:d", "./x:/y:cached", "", "./q:/\"r'"]
)  # fmt: skip
COMMENTS = st.sampled_from(["", "", "", "# why", "#no space", "# \"quoted\" 'text': - [x]", "# 界 # twice", "#- '80:80'"])
QUOTES = st.sampled_from(["plain", "single", "double"])
OTHER_LINES = st.sampled_from(
    ["image: nginx", "command: |\n  # no comment\n    echo 'a: b'\n", "environment:\n  - A=b # c", "labels: {a: '#b', c: d}",
     "build: {context: .}",
     "entrypoint: >-\n  a\n\n  # b\n", "healthcheck:\n  test: [\"CMD\", # why\n    \"x\"]"]
)  # fmt: skip


def quoted(text: str, how: str) -> str:
    if how == "double" or not text or text[0] in "[#$\"'" or any(c in text for c in "{}\n") or " #" in text or ": " in text:
        return json.dumps(text, ensure_ascii=False)
    return "'" + text.replace("'", "''") + "'" if how == "single" else text


@st.composite
def entries(draw, texts):
    """A list value as lines, without the key's indentation: the first one goes behind the key."""
    items = draw(st.lists(st.tuples(texts, QUOTES, COMMENTS, COMMENTS), max_size=4))
    if not items or draw(st.integers(0, 4)) == 0:
        inside = ", ".join(quoted(text, "double") for text, *_ in items)
        if items and draw(st.booleans()):
            inside = "".join(f"\n    {quoted(text, 'double')},{' ' + end if end else ''}" for text, _, end, _ in items) + "\n  "
        comment = draw(COMMENTS)
        return [f"[{inside}]" + (f"  {comment}" if comment else "")]
    indent = " " * draw(st.integers(0, 3))
    gap = " " * draw(st.integers(1, 3))
    lines = [draw(COMMENTS)]
    for text, how, end, above in items:
        if above:
            lines.append(indent + above)
        if draw(st.integers(0, 5)) == 0:
            lines.append("")
        if draw(st.integers(0, 6)) == 0:
            lines.append(f"{indent}-{' ' + above if above else ''}")
            lines.append(f"{indent}  {quoted(text, how)}{' ' + end if end else ''}")
        else:
            lines.append(f"{indent}-{gap}{quoted(text, how)}{' ' * draw(st.integers(1, 4)) + end if end else ''}")
    return lines


def _field(key, lines, indent):
    first, rest = lines[0], lines[1:]
    return [f"{indent}{key}:{' ' + first if first else ''}", *(indent + line if line.strip() else line for line in rest)]


@st.composite
def compose_files(draw):
    """The text of a Compose file."""
    lines = [draw(COMMENTS)]
    shared = draw(st.booleans())
    if shared:
        body = draw(entries(VOLUMES))
        lines += _field(
            "x-shared",
            [f"&shared {body[0]}".rstrip() if body[0].startswith("[") else "&shared" + (f" {body[0]}" if body[0] else ""), *body[1:]],
            "",
        )
    lines.append("services:" + draw(st.sampled_from(["", "  # all of them"])))
    step = " " * draw(st.integers(1, 4))
    for number in range(draw(st.integers(1, 3))):
        if comment := draw(COMMENTS):
            lines.append(step + comment)
        lines.append(f"{step}s{number}:")
        inner = step * 2
        fields = []
        if draw(st.booleans()):
            fields.append(_field("ports", draw(entries(PORTS)), inner))
        if shared and draw(st.booleans()):
            fields.append([f"{inner}volumes: *shared"])
        elif draw(st.booleans()):
            fields.append(_field("volumes", draw(entries(VOLUMES)), inner))
        other = draw(OTHER_LINES)
        fields.append([inner + line if line else "" for line in other.split("\n")])
        for field in draw(st.permutations(fields)):
            lines += field
            if comment := draw(COMMENTS):
                lines.append(draw(st.sampled_from([inner, step, ""])) + comment)
    lines.append(draw(COMMENTS))
    newline = draw(st.sampled_from(["\n", "\n", "\r\n"]))
    return newline.join("\n".join(lines).split("\n")) + draw(st.sampled_from(["", newline]))
