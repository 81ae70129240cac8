"""What runs in the environment of the software that gridgov is compared with, and imports nothing of gridgov."""
