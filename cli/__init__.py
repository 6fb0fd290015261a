"""`edge`: the command line. Commands import their modules when they run, which keeps start-up short."""
