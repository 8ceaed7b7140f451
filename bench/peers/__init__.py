"""What people would use instead, built from the libraries' own documentation. Each is a program of its own that imports
nothing of ours and runs in an environment of its own (`requirements-bench.txt`)."""
