"""The doors: one file per resource; routes.py is the contents page."""
