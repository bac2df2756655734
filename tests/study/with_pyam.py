"""What pyam makes of a file, as JSON: run apart, since pyam brings a client of databases along.

The client is left out of the tests' packages; what pyam imports of it stands as a stub, and so does
what it signs in with. Reading and checking tables uses none of these.
"""

from __future__ import annotations

import json
import sys
import warnings
from unittest.mock import MagicMock

LEFT_OUT = (
    "ixmp4", "ixmp4.conf", "ixmp4.conf.settings", "ixmp4.core", "ixmp4.core.region",
    "ixmp4.core.unit", "ixmp4.data", "ixmp4.data.iamc", "ixmp4.data.iamc.datapoint",
    "ixmp4.data.iamc.datapoint.filter", "ixmp4.data.meta", "ixmp4.data.meta.filter",
    "ixmp4.data.run", "ixmp4.data.run.filter", "toolkit", "toolkit.client", "toolkit.client.auth",
    "httpx", "jwt",
)  # fmt: skip

if __name__ == "__main__":
    warnings.simplefilter("ignore")
    sys.modules |= {name: MagicMock() for name in LEFT_OUT}
    import pyam

    frame = pyam.IamDataFrame(sys.argv[1])
    shares = frame.filter(variable="Developers|Share|*", level=0)
    whole = shares.aggregate("Developers|Share") if len(shares) else None
    world = frame.filter(region="World").data[["scenario", "variable", "year", "value"]]
    found = {
        "model": frame.model,
        "scenario": frame.scenario,
        "region": frame.region,
        "variable": frame.variable,
        "unit": frame.unit,
        "year": [int(year) for year in frame.year],
        "whole": [] if whole is None else whole.data["value"].tolist(),
        "data": world.to_numpy().tolist(),
    }
    print(json.dumps(found))  # noqa: T201 - what it is asked for
