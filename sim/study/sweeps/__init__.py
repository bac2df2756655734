"""Sweeps: many design points of one question, run once each, kept, and resumed.

``factors`` says what varies, ``design`` which points are tried, ``study`` what a file may ask;
``tasks`` turns points into blocks of replicates, ``executors`` runs them, ``shards`` keeps what is
done, and ``sweep`` puts the result together.
"""
