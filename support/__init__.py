"""Who writes to people of the service's own accord: announcements."""
