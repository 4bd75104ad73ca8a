"""Tools made from an MCP server."""
