"""The desk on one machine: `python -m helpdesk.dev` is the door (`make demo`, `make test`), `instance.Instance` the same thing for tests."""
