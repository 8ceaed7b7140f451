"""What is running, what is late, what needs a hand: figures out of the database, and out of this process."""
