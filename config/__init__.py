"""What the user declares: frozen pydantic models of a stack file, one model family a file."""
