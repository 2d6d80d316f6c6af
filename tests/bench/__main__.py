"""Run the benchmarks that are named, or all: `python -m tests.bench [importing] [figures] [pages] [dashboards]
[exporting] [alerts]`."""

from __future__ import annotations

import sys
from collections.abc import Callable

from tests.bench import alerts, dashboards, exporting, figures, importing, pages

ALL: dict[str, Callable[[], None]] = {
    "importing": importing.run, "figures": figures.run, "pages": pages.run, "dashboards": dashboards.run,
    "exporting": exporting.run, "alerts": alerts.run,
}  # fmt: skip

if __name__ == "__main__":
    unknown = [name for name in sys.argv[1:] if name not in ALL]
    if unknown:
        sys.exit(f"no benchmark {unknown[0]}; there are {', '.join(ALL)}")
    for name in sys.argv[1:] or ALL:
        ALL[name]()
