"""Files: uploads, extraction, retrieval, speech."""
