"""Wrong options are refused before anything is run: exit 1, one line, nothing written."""

from __future__ import annotations

import pytest

import sim.cli as command
from sim.ensemble.executors import require_address
from sim.errors import InputError
from sim.study.sweeps.sweep import sweep

BOTH = "us_permissive_licence_incentive,us_sme_open_adoption"


@pytest.fixture
def refused(tmp_path, monkeypatch, capsys):
    """Run a command in this process where no replicate may be run."""
    monkeypatch.chdir(tmp_path)
    for name in ("sim.world.simulate", "sim.ensemble.runner.simulate"):
        monkeypatch.setattr(name, lambda *_, **__: pytest.fail("a replicate was run"))

    def call(*words):
        code = command._exit_code(list(words))
        said = capsys.readouterr().err
        assert list(tmp_path.iterdir()) == [], said
        return code, said

    return call


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["run", "baseline", "--nations", ""], "no nation is named"),
        (["run", "baseline", "--nations", " "], "no nation is named"),
        (["run", "baseline", "--until", ""], "end must be a month, not empty"),
        (["run", "baseline", "--set", "ensemble.runs=abc", "--runs", "3"], "whole number"),
        (["run", "baseline", "--set", f"ensemble.seed={'9' * 400}"], "is outside 0 to"),
        (["run", "baseline", "--workers", "-1"], "-1 workers cannot run anything"),
        (["run", "a" * 5000], "no scenario is named 'aaaa"),
        (["show", "a" * 5000], "nothing is named 'aaaa"),
        (["compare", "rand_package", "--workers", "0"], "0 workers"),
        (["compare", "rand_package", "--workers", "-1", "--interactions"], "-1 workers"),
        (["compare", "rand_package", "--metric", "zzz"], "no metric is called 'zzz'"),
        (["compare", "rand_package", "--metric", ""], "metric names nothing"),
        (["compare", "rand_package", "--metric", "share.bloc_u"], "did you mean 'share.bloc_us'"),
        (["compare", "rand_package", "--groups", ""], "groups names nothing"),
        (["compare", "rand_package", "--groups", ",,"], "groups names nothing"),
        (["compare", "rand_package", "--levers", ","], "levers names nothing"),
        (["compare", "rand_package", "--responses", ""], "responses names nothing"),
        (["run", "baseline", "--responses", " , "], "responses names nothing"),
        (["compare", "rand_package", "--strength", "²", "--each-lever"], "no strength is called"),
        (["compare", "rand_package", "--strength", "0_1", "--each-lever"], "no strength is called"),
        (["compare", "rand_package", "--strength", "nan", "--each-lever"], "no strength is called"),
        (["compare", "rand_package", "--strength", "1.5", "--each-lever"], "no strength is called"),
        (["compare", "rand_package", "--precision", "1e-300"], "cannot be had"),
        (["compare", "rand_package", "--precision", "inf"], "finite number"),
        (["compare", "rand_package", "--precision", "nan"], "finite number"),
        (["compare", "rand_package", "--start", "x"], "start 'x' is not a month"),
        (["compare", "rand_package", "--start", "2041-01"], "outside 2023-01 to 2040-12"),
        (["sweep", "network_on_shares", "--workers", "9" * 400], "is outside 1 to 10000"),
        (["compare", "rand_package", "--budget", "nan"], "budget must be a finite number"),
        (["compare", "rand_package", "--seed", "-1", "--interactions", "--levers", BOTH], "seed"),
        (["compare", "rand_package", "--cluster", "nonsense"], "no address of a scheduler"),
        (["robust", "us_policies_in_many_worlds", "--threshold", "nan"], "finite number"),
        (["robust", "us_policies_in_many_worlds", "--threshold", "inf"], "finite number"),
        (["robust", "us_policies_in_many_worlds", "--policy", "zz"], "no policy is called 'zz'"),
        (["robust", "us_policies_in_many_worlds", "--box", "1"], "a box is one of a policy"),
        (["robust", "us_policies_in_many_worlds", "--workers", "0"], "0 workers"),
        (["hypotheses", "h07_permissive_licences", "--seed", "-1"], "seed -1 is outside 0 to"),
        (["hypotheses", "h07_permissive_licences", "--runs", "-1"], "runs -1 is outside 1 to"),
        (["hypotheses", "h07_permissive_licences", "--workers", "0"], "0 workers"),
        (["calibrate", "--members", "1000000000000"], "is outside 1 to 100000"),
        (["calibrate", "--members", "0"], "members"),
        (["calibrate", "--steps", "1000000000"], "steps 1000000000 is outside 1 to 100"),
        (["calibrate", "--steps", "0"], "steps 0 is outside 1 to 100"),
        (["calibrate", "--seed", "-1"], "seed -1 is outside 0 to"),
        (["hindcast", "--seed", "-1"], "seed -1 is outside 0 to"),
        (["sensitivity", "baseline", "--vary", "parameters.network=0:1:2", "--design", "morris",
          "--points", "1"], "no spread"),
    ],
)  # fmt: skip
def test_a_wrong_option_is_refused_before_anything_is_run(refused, words, says):
    code, said = refused(*words)
    assert code == 1, said
    assert says in said
    assert len(said.splitlines()) == 1
    assert len(said) < 7000


ADDRESSES = (
    "nonsense", "", "http://x", "ucx://x:1", "tls://", "file:///etc", "inproc://x", "tcp://",
    "tcp://a:b", "tcp://:1", "tcp://a", "tcp://a:1/x", " local", "Local", "tcp://a:1234567",
)  # fmt: skip


@pytest.mark.parametrize("address", ADDRESSES)
def test_what_is_no_address_of_a_scheduler_is_refused(refused, tmp_path, address):
    words = ["sweep", "baseline", "--vary", "parameters.network=0.2,1.6", "--cluster", address]
    code, said = refused(*words)
    assert code == 1
    assert "no address of a scheduler (write tcp://HOST:PORT, or local" in said
    with pytest.raises(InputError, match="no address"):
        sweep("baseline", words[3:4], cluster=address, out=tmp_path)


@pytest.mark.parametrize(
    "address", ["local", "tcp://10.0.0.1:8786", "tls://a-b.c:1", "tcp://[::1]:1"]
)
def test_what_can_be_an_address_of_a_scheduler_passes(address):
    require_address(address)


@pytest.mark.cluster
def test_a_scheduler_that_is_not_there_is_a_failed_run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sim.ensemble.executors.PATIENCE", 1)
    words = ("sweep", "baseline", "--vary", "parameters.network=0.2,1.6", "--runs", "2")
    for address in ("tcp://127.0.0.1:1", "tls://127.0.0.1:1"):
        assert command._exit_code([*words, "--cluster", address]) == 3
        said = capsys.readouterr().err
        assert f"sim: the cluster at {address} cannot be reached: " in said
        assert "Traceback" not in said


@pytest.mark.parametrize("out", ["/proc/x", "/dev/null/x", "a" * 300, "x/" + "b" * 256])
@pytest.mark.parametrize(
    "words",
    [
        ["run", "baseline"],
        ["sweep", "baseline", "--vary", "parameters.network=0.2,1.6"],
        ["compare", "rand_package"],
        ["calibrate", "--members", "200", "--steps", "1"],
    ],
)
def test_a_place_that_takes_nothing_is_a_failed_store(tmp_path, monkeypatch, capsys, words, out):
    monkeypatch.chdir(tmp_path)
    small = ["--runs", "2", "--until", "2023-03"] if words[0] != "calibrate" else []
    assert command._exit_code([*words, *small, "--out", out, "--quiet"]) == 3
    said = capsys.readouterr().err
    assert len(said.splitlines()) == 1
    assert "cannot be" in said
    assert list(tmp_path.iterdir()) == []
