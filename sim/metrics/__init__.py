"""The metrics room: what is measured of a run, one object a metric."""
