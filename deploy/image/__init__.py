"""What an image must be and what it must lack, looked at in its files and by running the main job in it."""
