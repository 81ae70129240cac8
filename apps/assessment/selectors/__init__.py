"""Reading scores: periods, rankings, trends, and the rows behind a number."""
