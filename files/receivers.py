"""How files reacts to accounts."""
