"""A plausible city, made through the desk: what `run.py demo` and a first start fill an empty database with.

Nothing here is real: names, numbers and events are drawn from a seeded generator.
"""

from models.demo.build import Built, build

__all__ = ["Built", "build"]
