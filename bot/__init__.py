"""What a person says to us: an update comes in, calls go out."""
