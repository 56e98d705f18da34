"""Questions about stored events: typed in, typed out. All SQL for reading lives here."""
