"""The lynex command, one file per verb group."""
