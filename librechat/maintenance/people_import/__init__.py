"""People, groups and balances from a table: read, planned, then written by a job."""
