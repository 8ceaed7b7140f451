"""Credits: the ledger, holds, charges and what is given back. Append-only and balanced."""
