"""`python -m bench.capacity`: write `docs/capacity.md` from what was measured."""

from __future__ import annotations

from bench.capacity.document import DOCUMENT, written

DOCUMENT.write_text(written())
print(DOCUMENT.name)
