"""`edge`: the command line. Commands import what they need when they run: start-up stays short."""
