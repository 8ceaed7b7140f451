"""What a person agreed to, and what was disclosed to whom."""
