"""What changed between two stacks, and what that does to live traffic."""
