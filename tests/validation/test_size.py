"""How large the code is: what is counted, and what is counted apart."""

from __future__ import annotations

import itertools

import pytest

from validation import size

TEXT = '''"""A module."""

LIMIT = 3
"""Words of a constant."""


# Before, and of nothing.
@cached  # with a decorator
def outer(value):
    """Say what it does.

    And more.
    """
    # why
    return value


class Shape:
    """A shape."""

    @property
    def side(self):
        return 1

    @side.setter
    def side(self, value):
        self.value = value  # inside

    def area(self):
        """Return its area."""
        return self.side**2
'''


def test_statements_and_words_of_a_module_and_of_a_name_in_it():
    assert size.size_of(TEXT) == size.Size(statements=10, comments=4, docstrings=8)
    assert size.size_of(TEXT, "outer") == size.Size(statements=2, comments=2, docstrings=4)
    assert size.size_of(TEXT, "Shape") == size.Size(statements=7, comments=1, docstrings=2)
    assert size.size_of(TEXT, "Shape.area") == size.Size(statements=2, comments=0, docstrings=1)
    # A property and its setter are one name.
    assert size.size_of(TEXT, "Shape.side") == size.Size(statements=4, comments=1, docstrings=0)


@pytest.mark.parametrize("name", ["inner", "outer.inner", "Shape.outer", "LIMIT", "area"])
def test_a_name_that_does_not_exist_is_an_error(name):
    with pytest.raises(LookupError, match=f"no function or class {name}"):
        size.size_of(TEXT, name)


@pytest.mark.parametrize(
    "entry", ["sim/none.py", "sim/none", "sim/none.py::f", "sim/cli/app.py::f"]
)
def test_what_is_said_to_have_come_since_must_be_there(monkeypatch, entry):
    monkeypatch.setattr(size, "SINCE", {"a feature": (entry,)})
    with pytest.raises(LookupError, match=f"{entry}, said to have come since"):
        size.came_since()


def test_what_came_since_is_there_and_counted_once():
    assert all(size.came_since().values())
    every = [entry for entries in size.SINCE.values() for entry in entries]
    assert len(set(every)) == len(every)
    for one, other in itertools.permutations(every, 2):
        assert not any(one.startswith(other + mark) for mark in ("/", "::", ".")), (one, other)


def test_areas_and_what_came_since_are_all_there_is(tmp_path, monkeypatch):
    for path in ("sim/study/a.py", "sim/world/b.py", "sim/errors.py"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(TEXT)
    since = {"one": ("sim/study/a.py::Shape.side", "sim/study/a.py::outer"), "two": ("sim/world",)}
    monkeypatch.setattr(size, "SINCE", since)
    assert size.came_since(tmp_path) == {
        "one": {"sim/study/a.py": size.Size(6, 3, 4)},
        "two": {"sim/world/b.py": size.Size(10, 4, 8)},
    }
    found = size.total(tmp_path.rglob("*.py"), tmp_path)
    assert found["rooms"] == size.Size(4, 1, 4)
    assert found["evidence, scenario, world"] == size.NOTHING


def test_every_area_and_feature_is_printed(capsys):
    size.main()
    areas, since = capsys.readouterr().out.split("\n\n")
    heads = [line.split("  ")[0] for line in areas.splitlines()]
    assert heads == ["area", *size.AREAS]
    assert set(size.SINCE) <= {line.split("  ")[0] for line in since.splitlines()}
    assert set(size.before()) == set(size.AREAS)
