"""Files: which ones to read, how they are read, and how new text replaces old without ever losing any."""
