"""What renews files of the repository that are made from the code."""
