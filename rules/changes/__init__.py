"""The changes between two stacks, and their effects on live traffic."""
