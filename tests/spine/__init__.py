"""A package, so that the service is started once for all its tests and ends with the last of them."""
