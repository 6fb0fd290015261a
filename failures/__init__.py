"""The effects of every single failure, predicted only from the stack file."""
