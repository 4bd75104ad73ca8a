"""WebSocket and SSE doors to the event log."""
