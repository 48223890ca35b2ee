"""The desk on one machine: `python -m helpdesk.dev …` (`make demo`, `make test`); `instance.Instance` is the same thing for tests."""
