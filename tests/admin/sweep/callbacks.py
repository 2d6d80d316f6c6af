"""What a browser sends to the dashboards: the body of each callback that the server answers."""

from collections.abc import Iterator
from typing import Any


def bodies(declared: list[dict[str, Any]], path: str, search: str) -> Iterator[dict[str, Any]]:
    """Each callback of the server's, as the page at `path` and `search` would send it.

    declared: the answer of _dash-dependencies.
    """
    for one in declared:
        if one.get("clientside_function"):
            continue
        inputs = [{**given, "value": path if given["property"] == "pathname" else search} for given in one["inputs"]]
        yield {
            "output": one["output"], "outputs": _outputs(one["output"]), "inputs": inputs, "state": one["state"],
            "changedPropIds": [f"{inputs[0]['id']}.{inputs[0]['property']}"],
        }  # fmt: skip


def _outputs(output: str) -> Any:
    """The outputs that a callback's name is made of."""
    found = [dict(zip(("id", "property"), one.rsplit(".", 1), strict=True)) for one in output.strip(".").split("...")]
    return found if output.startswith("..") else found[0]
