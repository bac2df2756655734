"""Robustness under deep uncertainty, in the frame of Lempert and others (XLRM).

Policies (levers, L) are run over many plausible worlds (uncertainties, X) of the model (R) and
judged by outcomes (M): ``metrics`` gives regret, satisficing and percentiles; ``space`` holds the
worlds, in which ``prim`` searches for ``boxes`` where a policy fails and ``cart`` splits a tree;
``robust`` runs a study and keeps the answer.
"""
