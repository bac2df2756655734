"""One module a family of results: each makes its kinds again from their manifest.

Every function takes a manifest, the folder for finished blocks (or None) and a number of workers,
and returns the result, which is not written yet.
"""
