"""`composefmt graph`: a project as Mermaid, DOT and SVG."""

import re
import xml.etree.ElementTree as ET

import pytest
from running import run

from composefmt.project.drawing import to_svg
from composefmt.project.graph import SERVICE, VOLUME, Edge, Graph, Node, to_dot, to_mermaid

FILE = """\
services:
  proxy: {image: traefik, ports: ["80:80", "53:53/udp"], networks: [front], depends_on: [web]}
  web: {image: web, networks: [front], depends_on: {db: {condition: service_healthy}}, volumes: ["up:/up", "./x:/x"]}
  db: {image: postgres, network_mode: none, volumes: ["data:/data"]}
  debug: {image: x, profiles: [dev]}
networks: {front: }
volumes: {up: , data: }
"""
MERMAID = """\
flowchart LR
  s0["db"]
  s1["proxy<br/>80:80<br/>53:53/udp"]
  s2["web"]
  v3[("data")]
  n4(["front"])
  v5[("up")]
  s0 -.- v3
  s1 --> s2
  s1 --- n4
  s2 -->|"healthy"| s0
  s2 --- n4
  s2 -.- v5
"""
DOT = """\
digraph "x" {
  rankdir=LR
  node [fontname="sans-serif"]
  edge [fontname="sans-serif" fontsize=10]
  s0 [shape=box label="db"]
  s1 [shape=box label="proxy\\n80:80\\n53:53/udp"]
  s2 [shape=box label="web"]
  s1 -> s2
  s2 -> s0 [label="healthy"]
}
"""


def drawn(directory, *args):
    """The boxes of a picture, by title, and the number of its lines."""
    done = run("graph", "--format", "svg", "--no-graphviz", *args, cwd=directory)
    assert done.returncode == 0, done.stderr
    root = ET.fromstring(done.stdout)
    space = "{http://www.w3.org/2000/svg}"
    boxes = {}
    for box in root.iter(f"{space}rect"):
        title = box.find(f"{space}title")
        if title is not None:
            boxes[title.text] = [float(box.get(key)) for key in ("x", "y", "width", "height")]
    return boxes, len(list(root.findall(f"{space}path")))


def test_mermaid(tmp_path):
    (tmp_path / "compose.yaml").write_text(FILE)
    assert run("graph", cwd=tmp_path).stdout == MERMAID
    assert run("graph", "-o", "x.mmd", cwd=tmp_path).stdout == ""
    assert (tmp_path / "x.mmd").read_text() == MERMAID
    assert "debug" in run("graph", "--profile", "dev", cwd=tmp_path).stdout
    assert "proxy" not in run("graph", "web", cwd=tmp_path).stdout


def test_no_other_kind_of_picture_is_promised(tmp_path):
    (tmp_path / "compose.yaml").write_text(FILE)
    done = run("graph", "-o", "x.png", cwd=tmp_path)
    assert done.returncode == 2
    assert 'nothing is drawn as ".png"' in done.stderr
    assert not (tmp_path / "x.png").exists()
    assert run("graph", "--format", "dot", "-o", "x.graph", cwd=tmp_path).returncode == 0


def test_dot(tmp_path):
    (tmp_path / "compose.yaml").write_text(FILE)
    assert run("graph", "--format", "dot", "-p", "x", "--without", "network", "--without", "volume", cwd=tmp_path).stdout == DOT


def test_svg_is_self_contained_and_runs_from_left_to_right(tmp_path):
    (tmp_path / "compose.yaml").write_text(FILE)
    boxes, lines = drawn(tmp_path)
    assert sorted(boxes) == ["network front", "service db", "service proxy", "service web", "volume data", "volume up"]
    assert lines == 6
    assert boxes["service proxy"][0] < boxes["service web"][0] < boxes["service db"][0] < boxes["volume data"][0]
    text = run("graph", "--format", "svg", "--no-graphviz", cwd=tmp_path).stdout
    assert not re.search(r"(href|src|url\((?!#)|<script|@import)", text)


def test_a_default_network_that_all_use_is_omitted(tmp_path):
    (tmp_path / "compose.yaml").write_text("services: {a: {image: a}, b: {image: b}}\n")
    assert "default" not in run("graph", cwd=tmp_path).stdout
    (tmp_path / "compose.yaml").write_text("services: {a: {image: a}, b: {image: b, networks: [n]}}\nnetworks: {n: }\n")
    assert "default" in run("graph", cwd=tmp_path).stdout


def test_edges_to_one_node_are_merged(tmp_path):
    """Four services lead past `b` to `c`: the picture is only as high as the services require."""
    chain = "  b: {image: b, depends_on: [c]}\n  c: {image: c}\n"
    (tmp_path / "compose.yaml").write_text("services:\n" + "".join(f"  a{i}: {{image: a, depends_on: [b, c]}}\n" for i in range(4)) + chain)
    boxes, lines = drawn(tmp_path)
    assert lines == 9
    middle = [boxes[name][1] for name in ("service b", "service c")]
    assert all(boxes["service a0"][1] < y < boxes["service a3"][1] for y in middle)


def test_fifty_services_do_not_overlap(tmp_path):
    services = [
        f"  service-{i}: {{image: x, ports: ['{8000 + i}:80'], networks: [n{i % 3}], volumes: ['v{i % 7}:/v'], "
        f"depends_on: [{', '.join(f'service-{j}' for j in (i // 2, i // 3) if 0 < j < i)}]}}\n".replace("service-0, ", "")
        for i in range(1, 51)
    ]
    ends = "networks: {n0: , n1: , n2: }\nvolumes: {v0: , v1: , v2: , v3: , v4: , v5: , v6: }\n"
    text = "services:\n" + "".join(services) + ends
    (tmp_path / "compose.yaml").write_text(re.sub(r"\[(service-\d+), \1\]", r"[\1]", text))
    boxes, _ = drawn(tmp_path)
    # The networks, of 16 services each, are named in the services' boxes.
    assert len(boxes) == 57
    assert run("graph", cwd=tmp_path).stdout.count("<br/>in n1") == 17
    found = list(boxes.values())
    for index, (x, y, width, height) in enumerate(found):
        for other_x, other_y, other_width, other_height in found[index + 1 :]:
            apart = x + width <= other_x or other_x + other_width <= x or y + height <= other_y or other_y + other_height <= y
            assert apart


SVG_ELEMENTS = {"svg", "title", "style", "defs", "marker", "path", "rect", "text"}
HOSTILE = {
    "script": "]]></script><script>alert(1)</script>",
    "image": '"><img src=x onerror=alert(1)>',
    "link": "[x](https://example.com) `code`",
    "lines": '`x`"]\n  click s0 "https://example.com"\n```\r\u2028\x1b[31m',
    "dot": '\\" URL="https://example.com',
}


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_hostile_names_stay_text(name):
    graph = Graph(name, [Node("s0", SERVICE, name, (name,)), Node("v1", VOLUME, name)], [Edge("s0", "v1", SERVICE, name)])
    mermaid, dot = to_mermaid(graph), to_dot(graph)
    assert len(mermaid.splitlines()) == 4
    assert not re.search(r"[<`\x1b]|\u2028", mermaid.replace("<br/>", ""))
    assert [line.count('"') for line in mermaid.splitlines()] == [0, 2, 2, 2]
    assert len(dot.splitlines()) == 8
    # Outside of strings nothing of the name is left.
    outside = re.sub(r'"(?:[^"\\]|\\.)*"', "", dot)
    assert not re.search(r"URL|alert|click|example", outside)
    assert "\x1b" not in dot
    root = ET.fromstring(to_svg(graph))
    assert {element.tag.rpartition("}")[2] for element in root.iter()} <= SVG_ELEMENTS
    assert not any(attribute.startswith("on") or "href" in attribute for element in root.iter() for attribute in element.attrib)
