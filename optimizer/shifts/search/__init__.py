"""From a first roster to a better one: people and parts of weeks planned anew."""
