"""What is done to people, teams, roles, grants, games and texts; each verb writes its audit entry in the same transaction."""
