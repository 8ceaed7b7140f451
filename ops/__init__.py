"""`python -m ops <verb>`: people running the service."""
