"""Whose key opens what, for which purpose: key rows, object rows, the purpose check, the access record."""
