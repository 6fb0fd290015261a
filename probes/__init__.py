"""Proof of the deployment. A probe consists of a query and a pure judge of the answer."""
