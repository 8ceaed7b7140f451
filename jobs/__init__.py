"""Work as a row: due, claim by lease and fence, finish, retry, quarantine; the ring; the clock's tick."""
