"""Calibration: what observed series see, which parameters they move, and how well that forecasts.

``series`` says what each series sees of the world; ``targets`` turns observations into a vector
with errors; ``members`` turns unknowns into worlds; ``tastes`` tells what is a nation's own;
``forecast``, ``naive`` and ``judgement`` judge forecasts of what was not seen; ``history`` and
``mid_2025`` stand beside what was observed.
"""
