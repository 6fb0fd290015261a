"""When something that is probed counts as up: by its last answers, and by how often it was lost lately.

`health`: misses and answers in a row. `flap_damping`: how long a target that flaps stays out of use.
"""
