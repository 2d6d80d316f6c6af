"""Intervals, control charts and funnels: counts in, plain numbers out. Knows no session, no ticket and no page.

What each method is and where it comes from stands in its module; `tests/analytics/test_statistics.py` holds them to
published examples.
"""
