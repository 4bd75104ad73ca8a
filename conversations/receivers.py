"""How conversations reacts to the apps below it."""
