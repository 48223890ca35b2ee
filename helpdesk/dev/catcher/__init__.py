"""The players' mailbox of a demo: a real SMTP server, and a page where one reads as the player and answers as the player."""
