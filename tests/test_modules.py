"""How modules import one another; `make layers` checks the order of the layers."""

from graphlib import CycleError, TopologicalSorter

import grimp
import pytest


def test_no_modules_import_each_other():
    # With the imports inside functions and those for types only.
    graph = grimp.build_graph("composefmt", cache_dir=None)
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    assert len(imports) > 200
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        pytest.fail(f"import cycle: {' -> '.join(error.args[1])}")
