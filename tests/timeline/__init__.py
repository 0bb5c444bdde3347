"""A clockwork for tests: vendors that do what real ones do, and readers of their pages, run through
time."""
