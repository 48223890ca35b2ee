"""Measurements, apart from the tests: they print what they found and assert nothing."""
