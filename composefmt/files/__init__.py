"""Files: which ones to read, how to read them, and how to replace their text without losing any."""
