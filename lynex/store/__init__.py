"""Where telemetry rests: hot in DuckDB, sealed in Parquet."""
