"""What renews files of the repository from code, tables and runs: ``python -m making``."""
