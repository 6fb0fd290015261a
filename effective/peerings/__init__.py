"""BGP peerings: the settings of each side, and the negotiated values."""
