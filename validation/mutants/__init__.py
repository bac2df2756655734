"""Mutants: small mistakes made on purpose, each of which some test must see.

A test that would pass whatever the code does shows nothing. Here one operator, constant, condition,
index or statement of a module is changed, and the tests that run the changed line are run, the
rules of the world as plain Python. What no test sees is a hole in the tests, or changes nothing
that could be seen; `equivalent.csv` has the latter with their reasons.
"""
