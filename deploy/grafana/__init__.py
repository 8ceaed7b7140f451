"""The dashboard: what it shows, and its file as Grafana reads it. `python -m deploy.grafana` writes it anew."""
