"""Why one thing is as it is: a route, a Service, a node, a Pod; also where nothing is wrong."""
