"""The rules of a day, one a file: independent checks of any (DayProblem, DayResult), no model in sight."""
