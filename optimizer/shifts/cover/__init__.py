"""Cover as numbers: what who is there costs, and what one more would save."""
