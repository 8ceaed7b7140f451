"""Whether anything slows down while the tables grow: the same acts among 1, 10 and 100 times as many rows."""
