"""Calibration: what observed series see, which parameters they move, and how well that forecasts.

``series`` says what each series sees of the world; ``targets`` turns observations into a vector
with errors; ``members`` turns unknowns into worlds; ``smoother`` moves them towards the targets;
``calibrate`` runs the whole and keeps it; ``forecast``, ``naive``, ``scores`` and ``hindcast``
judge it on what it has not seen, ``nations`` on nations left out.
"""
