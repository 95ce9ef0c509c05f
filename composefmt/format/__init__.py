"""What is written differently: each part reads the tree and yields edits."""
