"""What would be if a roster were changed: judged by the checkers, person by person, without judging all of it anew."""
