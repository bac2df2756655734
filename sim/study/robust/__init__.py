"""Robustness under deep uncertainty, in the frame of Lempert and others (XLRM).

Policies (levers, L) are run over many plausible worlds (uncertainties, X) of the model (R) and
judged by outcomes (M): ``metrics`` gives regret, satisficing and percentiles, ``prim`` and ``cart``
the conditions under which a policy fails, ``robust`` runs a study and keeps the answer.
"""
