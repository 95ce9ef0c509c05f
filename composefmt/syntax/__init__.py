"""Text to tree and back: what composefmt knows of YAML, and nothing of Compose."""
