"""Long experiments, whose results are committed with date and machine: ``make validate``."""
