"""Models and agents: providers, engine, tools, the relay."""
