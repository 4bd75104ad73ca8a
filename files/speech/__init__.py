"""Speech to text and back."""
