"""The conventions telemetry is told in, one file each; what they mean is a `Draft`."""
