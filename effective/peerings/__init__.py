"""BGP peerings: what each side has for the other, and what both agree on."""
