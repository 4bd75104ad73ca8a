"""The relay as programs meet it: a server process between a client and a scripted provider."""
