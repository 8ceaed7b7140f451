"""The website, the policy page, the Telegram webhook, health and readiness."""
