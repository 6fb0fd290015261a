"""Values derived from a stack, for rules, components and the command line. Pure; imports only config."""
