"""Hypotheses: claims as experiments with a statistic and a verdict.

``claims`` reads a claim from its study file; ``verdicts`` turns intervals into words; ``standards``
is the one small block of its own; ``experiments`` runs claims and puts the table together.
"""
