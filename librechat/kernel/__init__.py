"""What every app may use: errors, ids, clock, outbound calls; no models, imports no app."""
