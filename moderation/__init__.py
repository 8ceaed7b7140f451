"""What a person may not ask for: prompts are read here and refused before any provider is called."""
