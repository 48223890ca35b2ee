"""Pages of the staff room: one's own account, notices, and the studio's settings."""
