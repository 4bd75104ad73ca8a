"""Tools made from an OpenAPI document."""
