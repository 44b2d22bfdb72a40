"""The second wall of tenancy: PostgreSQL that knows in which scope each statement runs."""
