"""A stateful Telegram: the Bot API for a bot, and a client's surface for people and tests."""
