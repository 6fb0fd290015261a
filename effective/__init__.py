"""What follows from a stack: read by rules, components and the command line. Pure; imports config alone."""
