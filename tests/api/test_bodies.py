"""Bodies: what kind, how large as sent, how large when expanded, and how much of all of them at once."""

import gzip
import zlib

import pytest

from lynex.api.bodies import BodyLimits, ClientLeft, Memory, kind_of, read_body
from lynex.errors import BadRequest, TooLarge, Unavailable, UnsupportedMedia
from tests.samples import zipped

MIB = 1 << 20
LIMITS = BodyLimits(sent=10 * MIB, expanded=20 * MIB)


def scope(**headers):
    return {
        "type": "http",
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
    }


def receiving(*pieces, then=None):
    """An ASGI receive of these pieces; `then` replaces the last message."""
    messages = [
        {"type": "http.request", "body": piece, "more_body": n < len(pieces) - 1} for n, piece in enumerate(pieces)
    ]
    if then is not None:
        messages[-1]["more_body"] = True
        messages.append(then)
    messages = iter(messages)

    async def receive():
        return next(messages)

    return receive


async def read(*pieces, limits=LIMITS, memory=None, then=None, **headers):
    return await read_body(scope(**headers), receiving(*pieces, then=then), limits, memory or Memory(256 * MIB))


@pytest.mark.parametrize(
    ("sent", "kind"),
    [
        ("application/json", "json"),
        ("application/json; charset=utf-8", "json"),
        ('Application/JSON;charset="UTF-8"', "json"),
        ("application/x-ndjson", "ndjson"),
    ],
)
def test_json_and_lines_of_json_are_known(sent, kind):
    assert kind_of(scope(content_type=sent)) == kind


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ("", "unsupported_media_type"),
        ("text/plain", "unsupported_media_type"),
        ("application/json, application/json", "unsupported_media_type"),
        ("application/json; charset=latin1", "unsupported_charset"),
        ("application/json; boundary=x", "unsupported_charset"),
        ("application/" + "x;=" * 2700, "unsupported_media_type"),
        ("multipart/form-data; boundary=x", "unsupported_media_type"),
    ],
)
def test_other_kinds_are_refused(sent, code):
    with pytest.raises(UnsupportedMedia) as refused:
        kind_of(scope(content_type=sent))
    assert refused.value.code == code
    assert len(refused.value.detail) < 300


@pytest.mark.parametrize("sent", ["gzip, gzip", "br", "zstd", "foo", "gzip, br", "deflate"])
async def test_other_encodings_are_refused_and_the_supported_ones_named(sent):
    with pytest.raises(UnsupportedMedia, match="gzip") as refused:
        await read(b"x", content_encoding=sent)
    assert refused.value.code == "unsupported_encoding"


async def test_a_body_in_pieces_is_put_together():
    assert await read(b"abc" * 50_000, b"", b"def") == b"abc" * 50_000 + b"def"


@pytest.mark.parametrize("size", [1, 10, 16 << 10, 300 << 10, 5 * MIB])
async def test_gzip_comes_back_whole(size):
    import random

    data = random.Random(1).randbytes(size)
    assert await read(gzip.compress(data, 1), content_encoding="gzip") == data


async def test_gzip_files_one_after_the_other_and_padding_are_one_body():
    data = zipped(b"a" * 100_000) + zipped(b"") + zipped(b"b") + b"\0" * 70_000
    assert await read(data, content_encoding="gzip") == b"a" * 100_000 + b"b"


@pytest.mark.parametrize(
    "broken",
    [b"", b"not gzip", zipped(b"x" * 5000)[:-9], zipped(b"x")[:-1], zipped(b"x") + b"rubbish", zlib.compress(b"x"),
     zipped(b"x" * 500)[:-8] + b"\1" * 8, zipped(b"") * 1001],
)  # fmt: skip
async def test_broken_gzip_is_refused(broken):
    with pytest.raises(BadRequest) as refused:
        await read(broken, content_encoding="gzip")
    assert refused.value.code == "invalid_gzip"


async def test_twice_compressed_is_refused():
    with pytest.raises(UnsupportedMedia) as refused:
        await read(zipped(zipped(b"{}")), content_encoding="gzip")
    assert refused.value.code == "unsupported_encoding"


async def test_a_bomb_is_refused_long_before_it_has_gone_off():
    import tracemalloc

    bomb = zipped(b"\0" * (50 * MIB))
    tracemalloc.start()
    with pytest.raises(TooLarge) as refused:
        await read(bomb, content_encoding="gzip")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert refused.value.code == "expanded_too_large"
    assert peak < 4 * MIB


async def test_what_expands_beyond_the_limit_is_refused_without_an_absurd_ratio():
    import random

    chance = random.Random(1)
    data = gzip.compress(b"".join(chance.randbytes(1000) + b"x" * 9000 for n in range(2200)), 1)
    with pytest.raises(TooLarge) as refused:
        await read(data, content_encoding="gzip")
    assert refused.value.code == "expanded_too_large"


async def test_a_length_beyond_the_limit_is_refused_before_reading():
    async def never():
        raise AssertionError("the body was read")

    with pytest.raises(TooLarge):
        await read_body(scope(content_length=str(10 * MIB + 1)), never, LIMITS, Memory(MIB))


async def test_pieces_beyond_the_limit_are_refused_as_soon_as_they_pass_it():
    taken = 0

    async def endless():
        nonlocal taken
        taken += 1
        return {"type": "http.request", "body": b"x" * MIB, "more_body": True}

    with pytest.raises(TooLarge):
        await read_body(scope(), endless, LIMITS, Memory(256 * MIB))
    assert taken == 11


async def test_all_bodies_together_have_one_budget_and_give_it_back():
    memory = Memory(3 * MIB)
    with pytest.raises(Unavailable) as refused:
        await read(b"x" * (2 * MIB), b"x" * (2 * MIB), memory=memory)
    assert (refused.value.status, refused.value.code) == (503, "overloaded")
    assert len(await read(b"x" * (2 * MIB), b"", memory=memory)) == 2 * MIB
    with pytest.raises(ClientLeft):
        await read(b"x" * MIB, memory=memory, then={"type": "http.disconnect"})
    assert len(await read(b"x" * (2 * MIB), b"", memory=memory)) == 2 * MIB
