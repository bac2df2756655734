"""What is sent to the explorer: nonsense, foreign sites, states that are out of all bounds."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from urllib.parse import quote

from benchmarks.faults.files import WHOLE
from benchmarks.faults.probe import Attempt
from benchmarks.faults.served import (
    HOST,
    OPENING,
    answered,
    ask,
    opened,
    raw,
    requested,
    shared_server,
)

ASK = {"do": "ask", "id": 1, "slot": "a", "state": "b=baseline"}
NODES = {"do": "nodes", "id": 1, "state": "b=baseline", "key": "p.network"}
LONE = "\\ud83d"
"""Half a character, as JSON may write it."""

MESSAGES: dict[str, str | bytes] = {
    "nothing": "", "a brace": "{", "a list": "[]", "a number": "7", "null": "null", "a word": '"x"',
    "NaN": "NaN", "NUL": "\0", "deep": "[" * 9000, "bytes": b"\x00\x01", "text as bytes":
    json.dumps(ASK).encode(), "a long number": '{"id": ' + "9" * 9000 + "}",
    **{
        f"{name} is {value[:20]}": json.dumps({**known, name: 0}).replace(f'"{name}": 0',
                                                                          f'"{name}": {value}')
        for known, name, value in (
            (ASK, "do", "null"), (ASK, "do", "[]"), (ASK, "do", '"eval"'), (ASK, "do", "{}"),
            (ASK, "id", "null"), (ASK, "id", '"1"'), (ASK, "id", "1.5"), (ASK, "id", "1e999"),
            (ASK, "slot", "[]"), (ASK, "slot", "{}"), (ASK, "slot", '"c"'), (ASK, "slot", "null"),
            (ASK, "slot", f'"{LONE}"'), (ASK, "state", "null"), (ASK, "state", "7"),
            (ASK, "state", "[]"), (NODES, "key", "null"),
            (NODES, "key", "[]"), (NODES, "state", "{}"), (NODES, "state", '"b=nothing"'),
        )
    },
    **{
        f"a part {part[:20]}": json.dumps(NODES)[:-1] + f', "part": {part}}}'
        for part in ("null", "[]", "{}", '"x"', f'"{LONE}"', "1e999")
    },
}  # fmt: skip
"""Messages that the page would never send: each has one complaint for an answer."""

ODD: dict[str, str] = {
    f"{name} is {value[:20]}": json.dumps({**known, name: 0}).replace(f'"{name}": 0',
                                                                      f'"{name}": {value}')
    for known, name, value in (
        (ASK, "id", "true"), (ASK, "id", "-1"), (ASK, "id", "9" * 4000), (ASK, "more", "[{}]"),
        (ASK, "state", f'"{LONE}=1"'), (ASK, "state", f'"b={LONE}"'),
        (ASK, "state", f'"b=baseline&x={LONE}"'),
        (ASK, "state", '"\\u0000=\\u0000"'), (NODES, "key", f'"{LONE}"'), (NODES, "key", '""'),
        (NODES, "key", '"' + "k" * 9000 + '"'), (NODES, "key", '"p."'),
    )
}  # fmt: skip
"""Messages that mean something strange, or nothing."""

RAW: dict[str, bytes] = {
    "nothing": b"", "no HTTP": b"\x16\x03\x01\x02\x00\x01" * 20, "half a request": b"GET / HT",
    "no host": b"GET / HTTP/1.1\r\n\r\n", "a head of 1 MB": b"GET / HTTP/1.1\r\nX: " + b"x" * 10**6,
    "two lengths": b"POST /file HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 9\r\n\r\nabc",
    "a negative length": b"POST /file HTTP/1.1\r\nContent-Length: -5\r\n\r\nabc",
    "a bad chunk": b"POST /file HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc",
    "another method": b"EVAL / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "HTTP 9": b"GET / HTTP/9.9\r\nHost: 127.0.0.1\r\n\r\n",
    "a path of NUL": b"GET /page/\0 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    **{
        f"a frame: {name}": OPENING + frame
        for name, frame in {
            "without a mask": b"\x81\x05hello", "of no kind": b"\x83\x80\0\0\0\0",
            "of reserved bits": b"\xf1\x80\0\0\0\0", "that goes on from none": b"\x80\x80\0\0\0\0",
            "a ping of 1,000": b"\x89\xfe\x03\xe8\0\0\0\0", "cut": b"\x81\xfe\xff\xff\0\0\0\0ab",
            "of 2^63": b"\x82\xff\x80" + b"\0" * 11, "no UTF-8": b"\x81\x82\0\0\0\0\xff\xfe",
            "a close of 1 byte": b"\x88\x81\0\0\0\0\x03", "a close of 0": b"\x88\x82\0\0\0\0\0\0",
        }.items()
    },
}  # fmt: skip
"""Bytes that are no request, and no frame of a socket."""

ORIGINS = (
    None, "null", "https://evil.example", "http://127.0.0.1", "http://127.0.0.1:1",
    "https://{host}", "http://{host}.evil.example", "http://{host}@evil.example", "http://{host}/",
)  # fmt: skip
HOSTS = (
    "evil.example", "127.0.0.1.evil.example", "127.0.0.1@evil.example", "[::1]", "0", "",
    "localhost.", "127.1",
)  # fmt: skip
PATHS = (
    "/page/../app.py", "/page/%2e%2e/app.py", "/page//etc/passwd", "/page/..%2f..%2fapp.py",
    "/page/%00", "/page/..\\app.py", "/page/" + "a" * 5000, "/../etc/passwd", "/live", "//start",
)  # fmt: skip

LEVER = "cn_licence_tightening"
STATES: dict[str, str] = {
    "nothing": "", "no base": "b=", "another version": "v=2", "a version of text": "v=x",
    "a climbing base": "b=../../etc/passwd", "a base of 9,000": "b=" + "a" * 7000,
    "8,001 characters": "#" + "a" * 8001, "201 parts": "&".join(["x"] * 201),
    "200 levers": "&".join(f"{LEVER}.{n}=1" for n in range(2, 99)), "half a character": "b=%ff%fe",
    "a focus of all": "b=hosts_compute&f=world", "no focus": "f=XXX", "NUL": "b=%00",
    "every part twice": f"b=baseline&b=rand_package&{LEVER}=1&{LEVER}=0",
    "a scenario beside itself": "vs=" + quote("vs=" + quote("vs=b%3Dbaseline")),
    "a bad one beside it": "vs=" + quote("b=nothing"),
    "all answers": "r=china_cuts_prices+china_tightens_licences+europe_bars_chinese_apps+nobody",
    "pins": ".pins=" + "+".join(["BRA"] * 60), "what is shown": ".group=<script>&.mode=%22&.x=",
    **{
        f"strength {text[:20]}": f"{LEVER}={text}"
        for text in ("-1", "1e999", "nan", "-inf", "0.0000000001", "1e-400", "9" * 13, "high@", "")
    },
    **{
        f"a use {text}": f"{LEVER}={text}"
        for text in ("1@0000-00", "1@9999-99", "1@2035-12..2023-01", "1..never", "1~999999",
                     "1^999999", "1:" + "BRA+" * 99 + "BRA", "1:XXX", "1:all+BRA", "0@2023-01")
    },
    **{
        f"a parameter {text}": text
        for text in ("p.network=1e300", "p.network=-1e300", "p.network=nan", "p.=1", "p.lag=5",
                     "p.nothing=1", "p.network.world=1", "p.lag.cn_open=inf")
    },
}  # fmt: skip


def attempts() -> Iterator[Attempt]:
    """Yield messages, bytes, sites, paths, files and states."""
    for name, message in MESSAGES.items():
        yield Attempt(f"a message: {name}", partial(_complained, message))
    for name, text in ODD.items():
        yield Attempt(f"an odd message: {name}", partial(_survived, text))
    for name, content in RAW.items():
        yield Attempt(f"bytes: {name}", partial(_raw, content))
    for origin, place in itertools.product(ORIGINS, ("/live", "/file", "/open", "/explain")):
        yield Attempt(f"{place} for {origin}", partial(_foreign, origin, place))
    for host, place in itertools.product(HOSTS, ("/", "/start", "/file", "/live")):
        yield Attempt(f"{place} under the name {host!r}", partial(_named, host, place))
    for path in PATHS:
        yield Attempt(f"the path {path[:30]!r}", partial(_path, path))
    for name, content in WHOLE.items():
        yield Attempt(f"a file is opened: {name}", partial(_opened, content))
    for name, link in STATES.items():
        yield Attempt(f"a state: {name}", partial(_state, link))


def _complained(message: str | bytes, _: Path) -> str | None:
    """Send what is no message: one complaint, and the socket goes on."""
    with opened(shared_server()) as page:
        page.send(message)
        got = page.recv(timeout=60)
        said = json.loads(got) if isinstance(got, str) else {"is": "a frame"}
        if said["is"] != "wrong" or not 0 < len(said["message"]) < 1000:
            return f"no complaint: {said}"
        answered(page, "b=baseline", 999)
    return shared_server().goes_on()


def _survived(text: str, _: Path) -> str | None:
    with opened(shared_server()) as page:
        page.send(text)
        answered(page, "b=baseline", 999)
    return shared_server().goes_on()


def _raw(content: bytes, _: Path) -> str | None:
    server = shared_server()
    host = f"{HOST}:{server.port}".encode()
    got = raw(server, content.replace(b"%s", host))
    last = got.rpartition(b"\r\n\r\n")[2] if content.startswith(b"GET /live") else got
    if last.startswith(b"HTTP/1.1 200"):
        return f"it was answered: {got[:100]!r}"
    return server.goes_on()


def _foreign(origin: str | None, place: str, _: Path) -> str | None:
    """Ask as another site that is open in the same browser does."""
    server = shared_server()
    said = {} if origin is None else {"Origin": origin.format(host=f"{HOST}:{server.port}")}
    return _refused(place, said) or server.goes_on()


def _named(host: str, place: str, _: Path) -> str | None:
    """Ask under a name that leads here by somebody else's will."""
    server = shared_server()
    name = f"{host}:{server.port}" if host else ""
    return _refused(place, {"Host": name, "Origin": f"http://{name}"}) or server.goes_on()


def _refused(place: str, headers: dict[str, str]) -> str | None:
    server = shared_server()
    if place == "/live":
        headers = headers | {
            "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        }  # fmt: skip
    method = "GET" if place in ("/", "/start", "/live") else "POST"
    body = b"b=baseline" if method == "POST" else None
    status, _ = requested(server, method, place, body, **headers)
    return None if status in (400, 403) else f"status {status}"


def _path(path: str, _: Path) -> str | None:
    status, body = requested(shared_server(), "GET", path)
    if status not in (400, 404) or b"root:" in body or b"import" in body:
        return f"status {status}: {body[:100]!r}"
    return shared_server().goes_on()


def _opened(content: bytes, _: Path) -> str | None:
    """Open a file on the page: a link, or one message that names no path of this machine."""
    server = shared_server()
    status, body = requested(server, "POST", "/open", content, Origin=server.url)
    if status not in (200, 413, 422):
        return f"status {status}: {body[:200]!r}"
    said = json.loads(body)
    text = said["link"] if status == 200 else said["message"]
    if not text or len(text) > 4000 or "/tmp" in text:  # noqa: S108 - to be named nowhere
        return f"it is said: {text[:300]}"
    return server.goes_on()


def _state(link: str, folder: Path) -> str | None:
    """Ask for a state: one complaint, or an answer whose link and file mean the same."""
    from sim.scenario import load

    server = shared_server()
    with opened(server) as page:
        heads, arrays = answered(page, link)
        if heads[-1]["is"] == "wrong":
            return server.goes_on()
        sound = heads[0]["link"]
        ask(page, sound, 2)
        again, same = answered(page, None, 2)
    if again[0]["link"] != sound or again[0]["notes"]:
        return f"its link means another state: {again[0]}"
    if arrays != same:
        return "its link has other numbers"
    status, body = requested(server, "POST", "/file", sound.encode(), Origin=server.url)
    if status != 200:
        return f"it makes no file: {body[:200]!r}"
    (folder / "x.yaml").write_bytes(body)
    load(folder / "x.yaml")
    return server.goes_on()
