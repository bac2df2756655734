"""The server against what a hostile or careless client sends; it goes on answering."""

from __future__ import annotations

import http.client
import json
import logging
import signal

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from benchmarks.faults.served import begun, free_port
from sim.errors import InputError
from sim.explorer import files, frames, serve
from sim.scenario import levers


@pytest.fixture
def sent(server):
    """Send a request and return status, headers and body."""

    def request(method, path, body=None, **headers):
        link = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        link.request(method, path, body, named)
        answer = link.getresponse()
        found = answer.status, dict(answer.getheaders()), answer.read()
        link.close()
        return found

    return request


@pytest.fixture
def wire(server):
    with connect(f"ws://{server.host}/live", origin=server.url, max_size=None) as socket:
        yield socket


def ask(socket, link, number=1, slot="a"):
    socket.send(json.dumps({"do": "ask", "id": number, "slot": slot, "state": link}))


def answers(socket, number):
    """Return what comes until the last answer of a question, or the first complaint about it."""
    found = []
    while True:
        got = socket.recv(timeout=60)
        head = frames.unpack(got)[0] if isinstance(got, bytes) else json.loads(got)
        found.append(head)
        if head["id"] == number and (head.get("last") or head["is"] == "wrong"):
            return found


def test_every_answer_carries_the_policy_of_the_page(sent):
    for path in ("/", "/start", "/page/main.js", "/nothing"):
        _, headers, _ = sent("GET", path)
        assert headers["content-security-policy"].startswith("default-src 'self';")
        assert headers["x-content-type-options"] == "nosniff"
    status, _, body = sent("GET", "/start")
    assert status == 200
    assert len(json.loads(body)["levers"]) >= len(levers.read())


def test_another_host_is_refused(sent):
    assert sent("GET", "/start", Host="evil.example")[0] == 400


def test_a_socket_under_another_name_is_refused_without_a_word(server, sent):
    said = []
    ear = logging.Handler()
    ear.emit = said.append
    logging.getLogger("uvicorn.error").addHandler(ear)
    try:
        asked = {
            "Host": "evil.example", "Origin": "http://evil.example", "Upgrade": "websocket",
            "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        }  # fmt: skip
        for path in ("/live", "/nothing"):
            assert sent("GET", path, **asked)[0] == 403
    finally:
        logging.getLogger("uvicorn.error").removeHandler(ear)
    assert not said


@pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1:1", "null", None])
def test_what_does_not_come_from_the_page_is_refused(server, sent, origin):
    refused = pytest.raises((InvalidStatus, ConnectionClosed))
    with refused, connect(f"ws://{server.host}/live", origin=origin) as socket:
        socket.recv(timeout=60)
    headers = {} if origin is None else {"Origin": origin}
    assert sent("POST", "/file", b"b=baseline", **headers)[0] == 403


def test_no_path_leads_out_of_the_page(sent):
    for path in (
        "/page/../app.py",
        "/page/%2e%2e/app.py",
        "/page//etc/passwd",
        "/page/..%2fapp.py",
    ):
        assert sent("GET", path)[0] == 404


def test_a_file_of_ten_megabytes_is_refused_in_a_sentence(server, sent):
    status, _, body = sent("POST", "/open", b"a" * 10_000_000, Origin=server.url)
    assert status == 413
    assert f"{files.LARGEST:,}" in json.loads(body)["message"]
    assert sent("GET", "/")[0] == 200


@pytest.mark.parametrize("body", [b"", b"[1, 2", b"\xff", b"{}"])
@pytest.mark.parametrize("path", ["/open", "/explain"])
def test_a_body_that_is_nonsense_is_one_message(server, sent, path, body):
    status, _, answer = sent("POST", path, body, Origin=server.url)
    assert status == 422
    assert json.loads(answer)["message"]


def test_a_figure_is_explained_as_on_the_command_line(server, sent):
    asked = {"link": "b=baseline", "nation": "BRA", "month": "2026-12", "metric": "share.bloc_cn"}
    status, _, body = sent("POST", "/explain", json.dumps(asked), Origin=server.url)
    assert status == 200
    found = json.loads(body)
    assert found["nation"] == "BRA"
    assert 0 <= found["figure"]["p05"] <= found["figure"]["p95"] <= 1
    wrong = {**asked, "nation": "Atlantis"}
    status, _, body = sent("POST", "/explain", json.dumps(wrong), Origin=server.url)
    assert status == 422
    assert "Atlantis" in json.loads(body)["message"]


@pytest.mark.parametrize(
    "nonsense",
    [
        "", "{", "[]", "7", "null", '{"do": "ask"}', '{"do": "eval", "state": "", "id": 1}',
        '{"do": "ask", "state": "", "id": 1, "slot": "c"}', '{"do": "nodes", "state": "", "id": 1}',
        '{"do": "ask", "state": 7, "id": 1, "slot": "a"}', "[" * 9000, b"\x00\x01",
    ],
)  # fmt: skip
def test_nonsense_on_the_socket_is_one_message_and_the_socket_goes_on(wire, nonsense):
    wire.send(nonsense)
    assert json.loads(wire.recv(timeout=60))["is"] == "wrong"
    ask(wire, "b=baseline", 9)
    assert answers(wire, 9)[-1]["last"]


def test_a_message_beyond_the_limit_ends_that_socket_alone(server, wire):
    with connect(f"ws://{server.host}/live", origin=server.url) as other:
        other.send("x" * (serve.LONGEST_MESSAGE + 1))
        with pytest.raises(ConnectionClosed):
            other.recv(timeout=60)
    ask(wire, "b=baseline", 2)
    assert answers(wire, 2)[-1]["last"]


def test_a_thousand_quick_moves_end_in_the_last_one(wire):
    for number in range(1, 1001):
        ask(wire, f"cn_licence_tightening={number / 1000}", number)
    found = answers(wire, 1000)
    assert found[-1]["id"] == 1000
    assert sum(head["is"] == "answer" for head in found) < 100  # the others were dropped


def test_two_visitors_do_not_disturb_each_other(server, wire):
    with connect(f"ws://{server.host}/live", origin=server.url, max_size=None) as other:
        ask(wire, "cn_licence_tightening=0.42", 1)
        ask(other, "cn_licence_tightening=0.43", 1)
        mine, theirs = answers(wire, 1), answers(other, 1)
    assert mine[0]["link"] == "v=1&b=baseline&cn_licence_tightening=0.42"
    assert theirs[0]["link"] == "v=1&b=baseline&cn_licence_tightening=0.43"
    assert mine[-1]["last"]
    assert theirs[-1]["last"]


def test_a_control_that_there_is_not_has_no_nodes_and_a_wrong_state_one_message(wire):
    wire.send(json.dumps({"do": "nodes", "id": 1, "state": "b=baseline", "key": "p.nothing"}))
    ask(wire, "b=nothing_at_all", 2)
    (only,) = answers(wire, 2)
    assert "nothing_at_all" in only["message"]


def test_a_port_that_is_taken_is_said(server):
    with pytest.raises(InputError, match=f"port {server.port} is taken"):
        serve.listening(server.port)
    with pytest.raises(InputError, match="port 70000 does not exist"):
        serve.listening(70000)


def test_the_server_listens_on_this_machine_alone():
    with serve.listening(None) as place:
        assert place.getsockname()[0] == "127.0.0.1"


def test_the_end_of_the_terminal_ends_the_explorer_without_a_traceback(tmp_path):
    process, errors = begun(["--runs", "2", "--port", free_port()], tmp_path)
    try:
        assert "http://127.0.0.1" in process.stdout.readline()
        process.send_signal(signal.SIGHUP)
        assert process.wait(60) == 129
        errors.seek(0)
        assert b"Traceback" not in errors.read()
    finally:
        process.kill()
        process.communicate()
        errors.close()
