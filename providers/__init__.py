"""Other people's HTTP APIs, over one way out that refuses hosts the register lacks. Know no tables."""
