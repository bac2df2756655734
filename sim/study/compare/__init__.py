"""Comparison: what a policy changes, how sure that is, together or apart, and what it costs.

``arms`` runs scenarios with common random numbers; ``paired`` makes effects of their differences;
``choice`` says which arms a question needs; ``compare`` asks, ``precision`` adds runs, ``details``
ranks policies and varies the size of their levers, ``notes`` says what must be read with them, and
``result`` keeps the answer; ``packages`` parts a package's effect among its levers; ``costs`` sets
effects against what they cost.
"""
