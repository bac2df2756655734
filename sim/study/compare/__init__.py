"""Comparison: what a policy changes, how sure that is, together or apart, and what it costs.

``arms`` runs scenarios that share their luck; ``paired`` makes effects of their differences;
``choice`` says which arms a question needs; ``compare`` asks and keeps the answer; ``packages``
parts a package's effect among its levers; ``costs`` sets effects against what they cost.
"""
