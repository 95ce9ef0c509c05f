"""Names in the code that readers search for."""

import ast
from collections import Counter
from pathlib import Path

CODE = Path(__file__).parent.parent / "composefmt"


def test_class_names_are_distinct():
    names = Counter(
        node.name
        for path in CODE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    )
    assert [name for name, number in names.items() if number > 1] == []
