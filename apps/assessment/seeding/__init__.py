"""Demo data: staff, a working history and load-test volume, all from a fixed seed.

It stands in the top room because it writes rows of every room below.
"""
