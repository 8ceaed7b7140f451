"""What takes the service to machines: scripts, configuration, and a trial on several of them."""
