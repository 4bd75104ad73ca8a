"""Background work: jobs that outlive their process, and what is done in a rhythm."""
