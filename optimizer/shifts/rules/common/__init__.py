"""What the postings of several rules share."""
