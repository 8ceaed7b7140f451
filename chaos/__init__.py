"""Everything goes wrong at once, and afterwards nothing may be lost: `python -m chaos quick 1`."""
