"""The one login path and its tokens."""
