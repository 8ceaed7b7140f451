"""Writes the file that Grafana imports."""

from __future__ import annotations

from deploy.grafana.dashboard import FILE, written

FILE.write_text(written(), encoding="utf-8")
