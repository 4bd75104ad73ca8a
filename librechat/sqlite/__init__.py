"""SQLite as a database backend of Django's whose writers take turns."""
