"""The rules of the model, each written once.

A rule is a function over arrays whose last axis is the replicate ("lane"). Rules of a nation take
arrays with a leading nation axis and the nation's position: the compiled kernel passes the arrays
of all nations, a Mesa nation passes its own with one row. Both drivers therefore run the same
machine code, and neither has a rule of its own.

Letters, as in ``docs/model.md``: i nation, s segment, k ecosystem, o offer, w way, l lane.
"""
