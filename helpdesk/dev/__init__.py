"""The desk on one machine: PostgreSQL and Valkey from wheels, every process beside them.

`python -m helpdesk.dev` is the door (`make demo`, `make test`); `instance.Instance` is the same thing for tests.
"""
