"""Long work: a row that anybody can look at, done in short steps by whichever worker is free.

A room registers a kind (`kinds.py`) and starts jobs of it (`verbs.py`); `running.py` does them. Pages and the audit are `helpdesk/staff`'s.
"""
