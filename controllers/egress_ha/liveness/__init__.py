"""When something that is probed counts as up: by its last answers, and by how often it was lost lately."""
