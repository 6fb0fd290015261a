"""When a probed target counts as up: by its last answers and its recent losses.

`health`: misses and answers in a row. `flap_damping`: how long a flapping target stays out of use.
"""
