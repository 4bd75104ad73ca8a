"""What the doctor looks at, an area a file."""
