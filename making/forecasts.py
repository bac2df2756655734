"""The forecasts of today for the register: ``make forecasts``.

A file is made once and never renewed: it is the record of what was forecast before figures came.
"""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

from sim.errors import SimError
from sim.study import register

FOLDER = Path(__file__).parents[1] / "docs" / "forecasts"


def main() -> None:
    """Write the file of today; stop with a message where there is one already."""
    try:
        place = register.make(FOLDER, dt.datetime.now(tz=dt.UTC).date())
    except SimError as error:
        sys.exit(str(error))
    sys.stdout.write(f"wrote {place.relative_to(FOLDER.parents[1])}\n")


if __name__ == "__main__":
    main()
