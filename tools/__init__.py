"""What ``make`` calls: setting up, running, checking."""
