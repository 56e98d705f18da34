"""The price book by model and date; usage times price."""
