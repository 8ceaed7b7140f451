"""Dramatiq: the broker, thin actors, and the assembly of the parts a process needs."""
