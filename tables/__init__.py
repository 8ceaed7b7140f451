"""The tables by subject; `models` puts them together, and everybody else asks it."""
