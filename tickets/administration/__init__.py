"""The administrators' pages about tickets: life cycle rules, mails and deliveries that were put aside, polled mailboxes."""
