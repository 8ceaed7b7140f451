"""What we say: categories, purposes, recipients, periods and places. Pure declarations that import nothing of ours."""
