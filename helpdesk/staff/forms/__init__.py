"""Forms of the staff room's pages."""
