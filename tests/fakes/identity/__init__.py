"""Identity providers: real ones in Node, and one of our own that also says what is wrong."""
