"""Who and what is set up: projects, keys, sessions, dead letters, in a SQL database."""
