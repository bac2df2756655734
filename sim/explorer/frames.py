"""Frames: numbers for the page as bytes, never as text.

A frame is the length of its head (4 bytes, little-endian), the head (JSON, padded with blanks to a
multiple of 4) and the arrays, one after the other, each in 32-bit floats. The head lists them under
``arrays``: name, shape, and place in floats after the head.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np

from sim.arrays import Floats


def pack(head: Mapping[str, Any], arrays: Mapping[str, Floats]) -> bytes:
    """Return a frame.

    Parameters
    ----------
    head : mapping
        Plain data.
    arrays : mapping of str to ndarray
    """
    parts, listed, place = [], [], 0
    for name, values in arrays.items():
        listed.append([name, list(values.shape), place])
        parts.append(np.ascontiguousarray(values, dtype="<f4").tobytes())
        place += values.size
    text = json.dumps({**head, "arrays": listed}, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    return struct.pack("<I", len(text)) + text + b"".join(parts)


def unpack(frame: bytes) -> tuple[dict[str, Any], dict[str, Floats]]:
    """Return head and arrays of a frame, as the page reads it; for tests and benchmarks."""
    (size,) = struct.unpack_from("<I", frame)
    head = json.loads(frame[4 : 4 + size])
    floats = np.frombuffer(frame, dtype="<f4", offset=4 + size)
    arrays = {
        name: floats[place : place + int(np.prod(shape))].reshape(shape)
        for name, shape, place in head["arrays"]
    }
    return head, arrays
