"""What can be said: the envelope, the eleven bodies, and decoding with faults named by field."""
