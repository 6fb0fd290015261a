"""Rules about BGP peerings: both sides of the sessions, and the announced routes."""
