"""`make cluster`: the service on several machines, played by network namespaces, and their cables are cut."""
