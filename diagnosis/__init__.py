"""What is wrong, from what verify found: one root cause for a fault, and what follows from it."""
