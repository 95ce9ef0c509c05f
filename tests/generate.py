"""Strategies for whole Compose files, with comments in every position and in every layout."""

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
     "build: {context: .}", "build: .", "build: # why\n  context: ./x", "build:\n  args: [A=1, B, 'C=x: y']\n  context: .",
     "environment: # why\n# why\n- A=1 # a\n- 'B=yes'\n\n# b\n- C=\n- D\n# end", "environment: {A: 1, B: 'yes', C: null, D: \"\", E: 1.5}",
     "environment:\n  A: &v x\n  B: *v", "environment: [A=1, A=2]",
     "environment:\n  - ${A}=1\n  - B=${B:-c d}\n  - 'C=1e3'",
     "labels:\n    - a.b=c # why\n    - d", "labels: {a: 'x: y', b: true}",
     "depends_on: [s0, db] # why", "depends_on:\n  # why\n  - db # db",
     "depends_on:\n  db:\n    condition: service_started\n  x: {condition: service_started, required: true}",
     "depends_on:\n  db: {condition: service_healthy}",
     "networks:\n- a # why\n- b", "networks:\n  a:\n  b: # why\n", "networks: {a: {aliases: [x]}}",
     "env_file: .env # why", "env_file: [a.env, {path: b.env}]", "env_file:\n  - path: c.env # why\n  - path: d.env\n    required: true",
     "secrets: [a, {source: b}]", "configs:\n  # why\n  - source: c", "dns: 8.8.8.8", "dns: [8.8.8.8]", "tmpfs:\n  - /run # why",
     "devices: ['/dev/a', /dev/b:/dev/c:r, v/c=x]", "devices:\n  - source: /dev/a\n    target: /dev/a\n    permissions: rwm",
     "extra_hosts: ['a:1.2.3.4', 'b=[::1]', 'c:1.1.1.1,2.2.2.2']", "extra_hosts:\n  a: 1.2.3.4 # why\n  b: [x, y]", "extends: base",
     "extends:\n  # why\n  service: base", "ulimits:\n  nofile: 5\n  nproc: {soft: 1, hard: 1}", "gpus: all", "sysctls: [a.b=1]",
     "healthcheck: {test: [CMD, x], interval: 1s, disable: false}", "x-own: &own {z: 1}\n",
     "entrypoint: >-\n  a\n\n  # b\n", "healthcheck:\n  test: [\"CMD\", # why\n    \"x\"]"]
)  # fmt: skip


def quoted(text: str, how: str) -> str:
    if how == "double" or not text or text[0] in "[#$\"'" or any(c in text for c in "{}\n") or " #" in text or ": " in text:
        return json.dumps(text, ensure_ascii=False)
    return "'" + text.replace("'", "''") + "'" if how == "single" else text


@st.composite
def entries(draw, texts):
    """Generate a list value as lines, without the key's indentation; the first one follows the key."""
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


SCALARS = st.sampled_from(
    ["a", "1", "'1'", '"1"', "yes", '"yes"', "'it''s'", '"a\\tb"', '"say \\"hi\\""', "'x # y'", '"22:22"', "'8080:80'", "null", "~", "''",
     '"${A:-b}"', "${A}", "2024-01-01", '"1.10"', "0123", "'a: b'", "a#b", "http://x/y", "-1",
     "'- x'", '"é 🥐"', "'<<'", "!!str 5", "*shared"]
)  # fmt: skip
KEYS = st.sampled_from(["a", "b1", '"quoted"', "'yes'", "x-y", "é", '"80"', "c.d/e"])
BLOCKS = st.sampled_from(["|", "|-", "|+", ">", ">-", "|2", ">+", "|-2"])


@st.composite
def values(draw, depth, flow=False):
    """Generate a value as (text in the line, lines below it with relative indentation, kind)."""
    kinds = ["scalar"] * 3 + (["flow"] if depth else []) + ([] if flow else ["wrapped", "nothing", "block"])
    kinds += ["mapping", "sequence"] * 2 if depth and not flow else []
    kind = draw(st.sampled_from(kinds))
    step = draw(st.integers(1, 4))
    if kind == "scalar":
        return draw(SCALARS), []
    if kind == "nothing":
        return "", []
    if kind == "wrapped":
        return draw(st.sampled_from(['"one', "one", "'one"])) + "", [" " * step + "two", "", " " * (step + 1) + "three"]
    if kind == "block":
        header = draw(BLOCKS)
        step = 2 if "2" in header else step
        text = [
            " " * step + line if line else "" for line in draw(st.lists(st.sampled_from(["x", "# y", "  z: 1", "", "- w"]), max_size=4))
        ]
        return header + draw(st.sampled_from(["", " # c"])), text
    if kind == "flow":
        return draw(flows(depth)), []
    lines = []
    for number in range(draw(st.integers(1, 3))):
        if comment := draw(COMMENTS):
            lines.append(" " * step + comment)
        if draw(st.integers(0, 5)) == 0:
            lines.append("")
        text, below = draw(values(depth - 1))
        head = f"{draw(KEYS)}{number}:" if kind == "mapping" and draw(st.booleans()) else f"k{number}:" if kind == "mapping" else "-"
        text, below = _closed(text, below)
        lines.append(" " * step + head + (" " * draw(st.integers(1, 3)) + text if text else "") + _end(draw, text, below))
        lines += [" " * step + line if line else "" for line in below]
    if comment := draw(COMMENTS):
        lines.append(" " * draw(st.integers(0, 5)) + comment)
    return draw(st.sampled_from(["", "", "&a1", "# c"])), lines


def _closed(text, below):
    """Generate the closing quote of a multi-line scalar."""
    return (text, [*below[:-1], below[-1] + text[0]]) if below and text[:1] in ("'", '"') and len(text) == 4 else (text, below)


def _end(draw, text, below):
    """Generate an end-of-line comment if one is possible."""
    if text[:1] in ("|", ">", "#") or (below and text and not text.startswith("&")):
        return ""
    comment = draw(COMMENTS)
    return " " * draw(st.integers(1, 3)) + comment if comment else ""


@st.composite
def flows(draw, depth):
    """Generate a flow collection, on one line or on several with comments."""
    wide = draw(st.booleans())
    parts = []
    for number in range(draw(st.integers(0, 4))):
        inside = draw(values(depth - 1, flow=True))[0] or "x"
        parts.append(inside if wide else f"k{number}: {inside}")
    comment = draw(COMMENTS)
    space = draw(st.sampled_from(["", " ", "\n          ", f" {comment}\n          " if comment else " "]))
    inside = f",{space or ' '}".join(parts)
    return ("[" if wide else "{") + space + inside + (space if parts else "") + ("]" if wide else "}")


@st.composite
def laid_out_files(draw):
    """Generate a file of any shape with the outline of a Compose file, in any layout."""
    lines = ["x-a: &shared", "   - a", "services:"]
    step = " " * draw(st.integers(1, 4))
    for number in range(draw(st.integers(1, 2))):
        lines.append(f"{step}s{number}:" + draw(st.sampled_from(["", " # c", " &s"])))
        for field in range(draw(st.integers(1, 3))):
            text, below = _closed(*draw(values(2)))
            gap = draw(st.sampled_from([" ", "   "]))
            lines.append(f"{step * 2}f{field}:" + (gap + text if text else "") + _end(draw, text, below))
            lines += [step * 2 + line if line else "" for line in below]
            if comment := draw(COMMENTS):
                lines.append(" " * draw(st.integers(0, 12)) + comment)
            if draw(st.integers(0, 5)) == 0:
                lines += [""] * draw(st.integers(1, 3))
    newline = draw(st.sampled_from(["\n", "\n", "\r\n"]))
    return newline.join("\n".join(lines).split("\n")) + draw(st.sampled_from(["", newline, newline * 3]))


@st.composite
def compose_files(draw):
    """Generate the text of a Compose file."""
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


# Keys of a service with fixable mistakes, each with some of its neighbors.
MISTAKES = st.sampled_from(
    ["mem_limit: 512m", "mem_limit: 512", "cpus: 0.5", "pids_limit: 5", "privileged: true", "network_mode: host", "pid: host",
     "cap_add: [NET_BIND, SYS_ADMIN]", "cap_add:\n- SYS_ADMIN # why\n- ALL", "security_opt: [seccomp:unconfined]", "stop_signal: SIGTREM",
     "working_dir: ./app", "tmpfs: run", "container_name: one", "scale: 2", "links: [db]", "links:\n- db:x", "depends_on: [dbb]",
     "depends_on:\n  dbb: # why\n    condition: service_started", "networks: [back, frnt]", "networks:\n  frnt:\n    aliases: [x]",
     "volumes: [dta:/x, data:/y]", "volumes:\n- dta:/x:readonly # why\n- ~/a/etc/b:ro\n- data/sub:/z", "prots: []", "restart: allways",
     "expose: ['80', 81]", "ports: ['80:80', '80:80/tcp', 443:443]", "ports:\n- 22:22 # why\n- '80:80'\n# why\n- 90:90/",
     "ports: [6379:6379]",     "environment: [A=1, A=2, B = c, 'D=\"e\"']", "environment:\n- A=1 # why\n- B=2\n- A=3",
     "environment: {A: 010, B: yes, C: 1.10, D: 0x10}",     "labels:\n- x=$apr1$Xk3abc$Qz1", "environment: {H: docker.for.mac.localhost}",
     "logging: {driver: json-file, options: {max_size: 1m}}",
     "healthcheck: {test: [curl, x]}", "healthcheck:\n  test:\n  - CMD\n  - curl x",
     "healthcheck: {test: [CMD-SHELL, a, b], disable: true}",
     "deploy: {replicas: 3}", "deploy:\n  resources:\n    limits: {cpus: '1'}", "deploy:\n  mode: global\n  replicas: 2",
     "build: {context: ., args: [V=1, V=1]}", "stop_grace_period: 30", "image: NGINX", "privileged: true # composefmt: ignore[privileged]",
     "tty: true # composefmt: ignore[privileged, unknown-key]", "# composefmt: ignore[host-namespace] why\ninit: true"]
)  # fmt: skip
SECTIONS = st.sampled_from(
    ["version: '3'", "version: 3 # why",
     "volumes:\n  data:\n\n  other: {}\n  # why\n  third:", "volumes: {data: , other: }",
     "networks: {back: {}}", "networks:\n  front:\n    external:\n      name: proxy\n  back: # why\n    external: {name: x}",
     "secrets:\n  s:\n    file: s", "x-own:\n  a: 1"]
)  # fmt: skip


@st.composite
def mistaken_files(draw):
    """Generate a file full of fixable mistakes, with comments and blank lines between them; an anchor shares the other keys."""
    blocks = [draw(SECTIONS) for _ in range(draw(st.integers(0, 3)))]
    lines = ["services:"]
    for number in range(draw(st.integers(1, 3))):
        anchor = draw(st.sampled_from(["", "", " &base"])) if number == 0 else ""
        lines.append(f"  s{number}:{anchor}")
        if " &base" in lines[1] and number and draw(st.booleans()):
            lines.append("    <<: *base")
        for entry in draw(st.lists(MISTAKES, min_size=1, max_size=6, unique_by=lambda text: text.lstrip("# ").partition(":")[0])):
            above = draw(COMMENTS)
            lines += [f"    {above}"] if above and draw(st.booleans()) else []
            lines += [f"    {line}" for line in entry.splitlines()]
            lines += [""] if draw(st.integers(0, 5)) == 0 else []
    blocks.insert(draw(st.integers(0, len(blocks))), "\n".join(lines))
    unique = {block.partition(":")[0]: block for block in blocks}
    return draw(st.sampled_from(["\n", "\n\n", "\n# between\n"])).join(unique.values()) + draw(st.sampled_from(["\n", ""]))
