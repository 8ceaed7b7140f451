"""A package, so that the website and its browser are started once for all its tests and ends with the last of them."""
