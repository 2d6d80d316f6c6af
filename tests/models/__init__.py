"""The domain: its arithmetic, its table, its log, and everybody at once."""
