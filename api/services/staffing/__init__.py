"""Requirements and forecasts from contact history."""
