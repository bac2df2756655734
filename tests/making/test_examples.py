"""Every example of the pages is run, and prints what the page says it prints.

Most take minutes, so that ``make long`` runs them; ``make test`` sees that each can be typed and
read.
"""

from __future__ import annotations

import ast
import doctest
import shlex

import pytest
import typer

from making import examples, pages
from sim.cli.app import app
from sim.cli.running import problems_of
from sim.scenario import load

TEXTS = {
    page.relative_to(pages.ROOT).as_posix(): page.read_text(encoding="utf-8")
    for page in pages.pages()
}
WITH_EXAMPLES = [name for name, text in TEXTS.items() if examples.has_examples(text)]
AT_ONCE = "docs/tutorial.md"
"""Run with every change, so that whoever makes one sees whether a newcomer's first steps hold."""


def test_the_pages_that_should_have_examples_have_them():
    assert set(WITH_EXAMPLES) >= {
        "README.md", AT_ONCE, "docs/commands.md", "docs/policies.md", "docs/python.md",
        "docs/results.md", "docs/scenario-files.md", "docs/studies.md",
    }  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[] if name == AT_ONCE else [pytest.mark.long])
        for name in WITH_EXAMPLES
    ],
)  # fmt: skip
def test_the_examples_print_what_the_page_says(name):
    assert examples.renewed(TEXTS[name]) == TEXTS[name], "renew the page with `make docs`"


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_the_examples_can_be_typed_and_read(name):
    command = typer.main.get_command(app)
    typed = [
        shlex.split(line.removeprefix("$ "))
        for body in examples.bodies(TEXTS[name], "console")
        for line in body.splitlines()
        if line.startswith("$ ")
    ]
    scripts = examples.bodies(TEXTS[name], "python")
    assert typed or scripts
    for program, first, *words in typed:
        if program == "make":
            assert f"\n{first}:" in (pages.ROOT / "Makefile").read_text(encoding="utf-8")
            continue
        assert program == "sim"
        if first != "--help":
            command.commands[first].make_context(first, words)  # an error where it takes no such
    for body in scripts:
        session = doctest.DocTestParser().get_examples(body)
        for source in [example.source for example in session] or [body]:
            ast.parse(source)


def test_a_wrong_output_would_be_noticed():
    page = "```console\n$ sim --version\nsim 0.0 (model 0)\n```\n\n```python\n>>> 1 + 1\n3\n```\n"
    assert "\n>>> 1 + 1\n2\n" in examples.renewed(page)
    assert "sim 0.0" not in examples.renewed(page)


def test_an_error_in_a_script_is_an_error_of_the_test():
    with pytest.raises(NameError):
        examples.renewed("```python\nno_such_name\n```\n")


@pytest.mark.parametrize(
    ("shown", "kept"),
    [
        ("", list("abcdef")),
        ("1-2", ["a", "b", "..."]),
        ("2 5-6", ["...", "b", "...", "e", "f"]),
        ("1 -1", ["a", "...", "f"]),
    ],
)
def test_left_out_lines_are_marked(shown, kept):
    assert examples._kept([*"abcdef", "  "], shown) == kept


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_the_scenario_files_are_sound_but_those_that_show_errors(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    written = dict(examples.files(TEXTS[name]))
    for file, text in written.items():
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_text(text, encoding="utf-8")
    for file, text in written.items():
        if file.endswith(".yaml"):
            assert text.startswith(f"# {file}\n")
            # A focus for those that want one; it changes no other.
            assert bool(problems_of([file], "world")) == (file == "wrong.yaml"), file


def test_make_run_is_the_command_that_the_front_page_runs():
    assert examples.recipe() == "sim run baseline"
    assert load("baseline").ensemble.runs == 200  # as the caption of the picture says
