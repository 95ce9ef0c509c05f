"""The formatter: each part reads the tree and yields edits."""
