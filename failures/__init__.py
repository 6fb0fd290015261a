"""What every single loss costs, foreseen from the stack file alone."""
