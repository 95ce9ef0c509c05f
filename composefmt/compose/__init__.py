"""The Compose model: one module for each section of the specification. Knows Compose, not files."""
