"""The tutorial has five steps, each of which a shell can run, and a slow one is noticed."""

from __future__ import annotations

import os
import subprocess

import pytest

from making import pages
from validation import tutorial

TEXT = (pages.ROOT / tutorial.PAGE).read_text(encoding="utf-8")
PAGE = """# A page

## 1 A file and Python

<!-- file: few.yaml -->
```yaml
a: "$HOME"
```

```python
>>> print(open("few.yaml").read())
anything
```

## 2 A command

<!-- shown: 1 -->
```console
$ false
anything
```

## After
"""


def test_there_are_five_steps_and_each_has_something_to_run():
    scripts = tutorial.steps(TEXT)
    assert [title.split()[0] for title in scripts] == ["1", "2", "3", "4", "5"]
    for script in scripts.values():
        assert "sim " in script or "import sim" in script
        done = subprocess.run(["bash", "-n"], input=script, text=True, check=False)
        assert done.returncode == 0


def test_what_a_step_says_is_done_and_a_failure_is_told(tmp_path):
    one, other = tutorial.steps(PAGE).values()
    assert tutorial.taken(one, tmp_path, 60, tutorial._borrowed(tmp_path, tmp_path / "desk")) == (
        pytest.approx(0, abs=60), "",
    )  # fmt: skip
    assert (tmp_path / "few.yaml").read_text() == 'a: "$HOME"\n'
    assert "exit code 1" in tutorial.taken(other, tmp_path, 60, {}).failure
    assert "took more than" in tutorial.taken("sleep 9", tmp_path, 0.2, {}).failure


def test_a_failing_step_ends_with_one(monkeypatch, capsys):
    found = {"1 Good": tutorial.Taken(2.0, ""), "2 Bad": tutorial.Taken(1.0, "exit code 1: no")}
    monkeypatch.setattr(tutorial, "run", lambda **_: found)
    with pytest.raises(SystemExit, match="2 Bad: exit code 1: no"):
        tutorial.main([])
    assert "1 Good     2.0 s  done" in capsys.readouterr().out


@pytest.mark.long
def test_a_clone_is_run_by_this_python(monkeypatch, tmp_path):
    """A repository of one page in which a step fails: the others are run all the same."""
    (tmp_path / "sim").mkdir()
    (tmp_path / "sim" / "__main__.py").touch()
    identity = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a", "GIT_COMMITTER_NAME": "a",
                "GIT_COMMITTER_EMAIL": "a"}  # fmt: skip
    (tmp_path / "page.md").write_text(PAGE.replace("## After", "## 3 Last\n\n```python\n1\n```\n"))
    for words in (("init", "--quiet"), ("add", "."), ("commit", "--quiet", "-m", "A page")):
        subprocess.run(["git", *words], cwd=tmp_path, check=True, env=os.environ | identity)
    monkeypatch.setattr(pages, "ROOT", tmp_path)
    found = tutorial.run("page.md", here=True)
    assert [bool(each.failure) for each in found.values()] == [False, False, True, False]
