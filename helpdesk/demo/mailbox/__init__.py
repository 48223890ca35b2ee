"""The players' mailbox of a demo: a mail server that takes whatever players get, and pages where one reads and answers as one of them."""
