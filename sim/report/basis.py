"""What a result's parameters rest on, in sentences, and which observed figures the fit used."""

from __future__ import annotations

from sim import months
from sim.evidence.posterior import read as read_draws


def mode(parameters: str) -> str:
    """Return where parameters really come from: ``calibrated``, ``drawn`` or ``default``.

    Parameters
    ----------
    parameters : str
        What the scenario says in ``ensemble.parameters``. Without shipped draws ``calibrated``
        means the ranges.
    """
    return "drawn" if parameters == "calibrated" and read_draws() is None else parameters


def sentence(parameters: str) -> str:
    """Return whether parameters were fitted to observations, and what follows for a reader.

    Parameters
    ----------
    parameters : str
        As of :func:`mode`.
    """
    if mode(parameters) == "calibrated":
        return (
            "Parameters are taken from draws that were fitted to what was observed of use to "
            f"{months.text(_until())}. That the runs meet a figure which the fit used is "
            "no test of the model."
        )
    where = {"drawn": "drawn from their ranges", "default": "held at their defaults"}
    return (
        f"Parameters are {where[mode(parameters)]}; they were not fitted to these figures, though "
        "some were set with them in sight."
    )


def doubt(parameters: str) -> str:
    """Return what doubt about parameters the bands carry.

    Parameters
    ----------
    parameters : str
        As of :func:`mode`.
    """
    return {
        "calibrated": (
            "Parameters that were fitted take the values of one draw of the fit in every run, the "
            "others are drawn from their ranges, so the bands carry the doubt that observations "
            "leave."
        ),
        "drawn": (
            "Every parameter that has a range is drawn from it in every run, so the bands carry "
            "that doubt."
        ),
        "default": (
            "Parameters are held at their defaults, so the bands carry no doubt about them."
        ),
    }[mode(parameters)]


def used(parameters: str) -> frozenset[tuple[str, str]]:
    """Return the figures that the fit used, each a series and a nation or a month.

    Parameters
    ----------
    parameters : str
        As of :func:`mode`; a run that takes no fitted draws has none.
    """
    if mode(parameters) != "calibrated":
        return frozenset()
    from sim.calibration.targets import targets

    return frozenset(
        (aim.series, aim.place if aim.of.by_nation else months.text(aim.month))
        for aim in targets(_until())
    )


def _until() -> int:
    """Return the last month whose figures the shipped draws were fitted to."""
    draws = read_draws()
    assert draws is not None  # noqa: S101 - `mode` has looked
    return months.parse(draws.provenance["plan"]["until"])
