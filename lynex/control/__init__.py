"""Who and what is set up: projects, keys, sessions, dead letters, settings of the appliance. On SQLite."""
