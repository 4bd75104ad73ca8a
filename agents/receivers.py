"""How agents reacts to the apps below it."""
