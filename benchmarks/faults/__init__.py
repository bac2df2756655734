"""Attempts to break the command, group by group: ``make faults``.

Every attempt either keeps the contract or breaks it: an exit code that the interface names, one
line for a person, no traceback, nothing left where nothing may be left, equal bytes where the same
was asked. The count of both is printed; what broke is named, and the whole then exits with 1.

``python -m benchmarks.faults GROUP...`` runs some groups, ``--every N`` each N-th attempt of them.
"""
