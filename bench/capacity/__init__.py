"""What so many orders a day need, computed from measured figures: machines, Postgres, Redis, the store, money."""
