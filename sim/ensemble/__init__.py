"""The ensemble room: what many replicates do. It alone calls the world.

``tasks`` turns what is asked for into blocks of replicates, ``executors`` runs them, ``store``
keeps what is done; ``groups`` puts nations together, ``curves`` and ``tables`` say what came out;
``arms`` runs scenarios with common random numbers.
"""
