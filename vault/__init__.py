"""Bytes in, ciphertext kept: wrapping keys, sealing fields and media, storing objects. Knows no tables."""
