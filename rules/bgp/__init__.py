"""Rules about BGP peerings: both sides of the sessions, and what goes over them."""
