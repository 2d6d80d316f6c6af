"""Run the benchmarks that are named, or all: `python -m tests.bench [importing] [pages] [alerts]`."""

from __future__ import annotations

import sys
from collections.abc import Callable

from tests.bench import alerts, importing, pages

ALL: dict[str, Callable[[], None]] = {"importing": importing.run, "pages": pages.run, "alerts": alerts.run}

if __name__ == "__main__":
    unknown = [name for name in sys.argv[1:] if name not in ALL]
    if unknown:
        sys.exit(f"no benchmark {unknown[0]}; there are {', '.join(ALL)}")
    for name in sys.argv[1:] or ALL:
        ALL[name]()
