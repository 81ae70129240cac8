"""Pages on which system administrators keep policies, ladders and sets, and try what they would do."""
