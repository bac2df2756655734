"""How the rules are compiled, and where the machine code is kept.

A rule is plain Python over small arrays; :func:`rule` compiles it with numba. No ``fastmath``: the
compiler may not reorder or contract, so that one lane and many lanes, and one processor and
another, give equal bits. The arrays of a call lie apart in memory, and the compiler is told so.

Numba does not notice when a function that a cached one calls has changed in another file. The
cache folder is therefore named by a hash of every compiled source, of what tables and axes give
rules as constants, of numba's version and of the processor: any edit starts a fresh one.
`sim.world.machine_code` says which folders are safe.

With ``NUMBA_DISABLE_JIT=1`` in the environment the same rules run as plain Python, hundreds of
times slower, and give the same bits: for a debugger, for coverage, and to see an index that is out
of range, which machine code would not. `sim.world.uncompiled` has what stands in
for the machine's own instructions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numba
from llvmlite import binding as llvm
from numba.core import config

from sim.evidence.axes import AXES, BLOCS, NESTS
from sim.evidence.parameters import read as read_parameters
from sim.scenario.drivers import vocabulary
from sim.world import machine_code, uncompiled

_settings: Any = config  # numba is untyped

UNCOMPILED: bool = bool(_settings.DISABLE_JIT)
"""Whether rules run as plain Python, as ``NUMBA_DISABLE_JIT=1`` asks."""


def sources() -> list[Path]:
    """Return every source file that may hold compiled code, in a stable order."""
    return sorted(Path(__file__).parent.rglob("*.py"))


def digest(files: list[Path]) -> str:
    """Return the name of the cache for these sources on this machine.

    Parameters
    ----------
    files : list of Path
        Source files whose bytes the machine code depends on.
    """
    seal = hashlib.sha256(f"{numba.__version__} {llvm.get_host_cpu_name()}".encode())
    # Rules have rows of the tables of parameters and drivers, and places on axes, as constants.
    names = dict.fromkeys(row.name for row in read_parameters())
    families = [(row.name, row.scope, row.index) for row in vocabulary().values()]
    axes = [words for name, words in AXES.items() if name != "ecosystem"]
    seal.update(repr((list(names), families, axes, BLOCS, NESTS)).encode())
    for file in files:
        seal.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return seal.hexdigest()[:16]


@cache
def cache_folder() -> Path | None:
    """Return this user's own folder of compiled code, None where no place is safe to keep it."""
    return machine_code.folder(digest(sources()))


def rule[F: Callable[..., Any]](function: F) -> F:
    """Compile a rule without reordering, without the interpreter's lock, and keep the result.

    Parameters
    ----------
    function : callable
        Function over numbers and arrays whose last axis is the replicate. It holds no state of its
        own, and writes into the arrays that it is handed and nowhere else. No array that it writes
        may share memory with another that it is handed: the compiler counts on it. It makes no
        array.
    """
    return _compile(function)


def inlined[F: Callable[..., Any]](function: F) -> F:
    """Compile a rule into the rules that call it.

    For functions of one number, so that the loop around them vectorises, and for rules that a month
    calls a hundred times and more: handing twenty arrays on costs as much as a short loop. It takes
    a tenth off a replicate, and adds to the first compilation.

    Parameters
    ----------
    function : callable
        As for :func:`rule`.
    """
    return _compile(function, forceinline=True)


def spliced[F: Callable[..., Any]](function: F) -> F:
    """Write a rule out, before anything is compiled, in the rule that calls it.

    For the steps of a month, each called at one place: they hand on so many arrays that compiling
    them by themselves, and what hands Python's arrays over, would take a fifth of the first
    compilation. Called from Python it is compiled like any other.

    Parameters
    ----------
    function : callable
        As for :func:`rule`.
    """
    return _compile(function, inline="always")


def ready(function: Callable[..., None], *fixed: Any) -> Callable[..., None]:  # noqa: ANN401
    """Return a rule with its last arguments in place, for a call each month.

    Finding out the types of a hundred arrays takes ten times as long as handing them over, so that
    it is done in the first call alone.

    Parameters
    ----------
    function : callable
        A rule.
    fixed : object
        Its last arguments, the same in every call.

    Returns
    -------
    callable
        Takes the arguments before them, which have the same types in every call.
    """
    if UNCOMPILED:
        return lambda *first: function(*first, *fixed)
    machine_code: Any = None
    compiled: Any = function

    def call(*first: object) -> None:
        nonlocal machine_code
        if machine_code is None:
            compiled(*first, *fixed)  # loads it, or compiles it
            versions = list(compiled.overloads.values())
            if len(versions) > 1:
                types = tuple(compiled.typeof_pyval(each) for each in (*first, *fixed))
                versions = [compiled.overloads[types]]
            machine_code = versions[0].entry_point
        else:
            machine_code(*first, *fixed)

    return call


def wrapping[F: Callable[..., Any]](function: F) -> F:
    """Say that the whole numbers of a rule wrap around on purpose; the innermost decorator.

    Machine code wraps in silence; without it numpy would warn.

    Parameters
    ----------
    function : callable
    """
    return uncompiled.wrapping(function) if UNCOMPILED else function


def _compile[F: Callable[..., Any]](function: F, **inlining: Any) -> F:  # noqa: ANN401 - as numba takes it
    if UNCOMPILED:
        return function
    # Nothing here is called from C: leaving that wrapper out compiles a fifth faster.
    # No rule allocates: without numba's runtime, no call counts the references to its arrays.
    options: dict[str, Any] = {"nogil": True, "no_cfunc_wrapper": True, "_nrt": False}
    compiled: Any = numba.njit(error_model="numpy", **options, **inlining)(function)
    compiled._compiler._customize_flags = _apart  # noqa: SLF001 - numba's hook has no public name
    place = cache_folder()
    if place is not None:
        before = _settings.CACHE_DIR
        _settings.CACHE_DIR = str(place)  # only while the cache is made
        try:
            # What ``cache=True`` would do, with files that are sealed.
            compiled._cache = machine_code.Cache(function)  # noqa: SLF001
        finally:
            _settings.CACHE_DIR = before
    made: F = compiled
    return made


def _apart(flags: Any) -> Any:  # noqa: ANN401 - numba's own type
    """Let the compiler take the arrays of a rule to lie apart in memory.

    Else each loop over lanes would first test at run time, for each pair of its arrays, that they
    do not overlap, which takes as long as a few lanes do.
    """
    flags.noalias = True
    return flags
