"""The analysis room: functions of arrays and tables, which know of no file and no world.

``paired`` makes effects of differences with common random numbers, ``indices`` parts a variance,
``regret`` and ``prim`` (with ``boxes`` in a ``space``, and ``cart``) judge policies over worlds,
``peaks`` finds outcomes that fall into two parts, ``scores`` judges forecasts, and ``smoother``
moves members towards observations.
"""
