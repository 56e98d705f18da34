"""The way in: intake, journal, processor, normalising, enriching."""
