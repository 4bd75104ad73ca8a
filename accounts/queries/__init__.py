"""Reads about people, rights and the record of them."""
