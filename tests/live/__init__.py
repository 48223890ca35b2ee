"""Hands for tests that drive a running desk: its rows, its services, its pages, its mail server."""
