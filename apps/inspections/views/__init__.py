"""Pages of the phone and of the review."""
