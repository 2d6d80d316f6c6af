"""Benchmarks: `make bench`. They print what they measured and assert nothing, so that no test depends on a clock."""
