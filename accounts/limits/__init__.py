"""Rate limits, violations and bans."""
