"""One answer, from start to finish."""
