"""Reports: findings as text for people or as data for programs."""
