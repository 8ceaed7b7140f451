"""What is paused, which provider is broken, how long the queue is. Knows neither money nor sentences."""
