"""What stands in the place of a shard and is none is set aside, and the task is done again."""

from __future__ import annotations

import pytest

from sim.ensemble.store import Store


@pytest.mark.parametrize("what", ["folder", "link to nowhere", "link to itself"])
def test_what_is_no_file_is_damaged(tmp_path, what):
    store = Store(tmp_path, ".npz")
    place = store.put("key.1", b"content")
    place.unlink()
    if what == "folder":
        place.mkdir()
    else:
        place.symlink_to(tmp_path / "nowhere" if what == "link to nowhere" else place)
    sound, damaged = store.find(["key.1"])
    assert sound == {}
    assert len(damaged) == 1
    assert store.put("key.1", b"content") == place
    assert store.find(["key.1"]) == ({"key.1": place}, [])
