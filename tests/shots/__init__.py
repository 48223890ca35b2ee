"""Every page in every look, drawn and checked: `python -m tests.shots`."""
