"""The editor: change values of a Compose file and keep every other byte of it."""
