"""The web search tool."""
