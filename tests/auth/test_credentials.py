"""Which credentials a request carries and whom they name (trials B64, B65, B67, A38, A41)."""

import base64

import pytest

from lynex.auth.credentials import Credentials, cookie_of, ended_cookie, secret_of, session_cookie
from lynex.auth.keyring import KeyRing
from lynex.auth.session_ring import SessionRing
from lynex.control.sessions import Session
from lynex.errors import BadRequest, Forbidden, Unauthorized


@pytest.fixture
def project(records):
    return records.projects.create("A project").id


@pytest.fixture
def secret(records, project):
    return records.keys.create(project, "a").secret


@pytest.fixture
def ring(records, clock):
    made = KeyRing(records.keys, clock)
    yield made
    made.close()


@pytest.fixture
def credentials(ring, records, clock):
    return Credentials(ring, SessionRing(records.sessions, clock), local_token="local-token")


@pytest.fixture
def open_door(ring, records, clock):
    return Credentials(ring, SessionRing(records.sessions, clock), open_to_all=True)


@pytest.fixture
def cookie(records):
    new = records.sessions.sign_in(records.sessions.new_sign_in_token())
    return b"cookie", f"theme=dark; lynex_session={new.token}; x=y".encode()


def bearer(secret):
    return b"authorization", b"Bearer " + secret.encode()


def basic(user, password):
    return b"authorization", b"Basic " + base64.b64encode(f"{user}:{password}".encode())


def api_key(secret):
    return b"x-api-key", secret.encode()


async def test_a_key_may_stand_in_either_header_or_in_both(credentials, secret, project):
    for headers in (
        [api_key(secret)],
        [bearer(secret)],
        [(b"authorization", b"bearer  " + secret.encode() + b" ")],
        [api_key(secret), bearer(secret), api_key(secret)],
        [(b"authorization", b"Basic dTpw"), api_key(secret)],
        [(b"api_key", secret.encode())],
        [basic("pk-lf-any", secret)],
        [basic(secret, "")],
        [basic(secret, secret), bearer(secret)],
        [(b"x-api-key", b""), bearer(secret)],
    ):
        assert credentials.known(headers).project_id == project
        assert (await credentials.identify("POST", headers)).project_id == project


async def test_two_different_keys_are_ambiguous(credentials, secret):
    for headers in (
        [api_key(secret), bearer("sk_live_other")],
        [api_key(secret), api_key(secret + "x")],
        [bearer("local-token"), api_key(secret)],
        [basic("pk", "sk_live_other"), api_key(secret)],
    ):
        with pytest.raises(BadRequest) as fault:
            await credentials.identify("POST", headers)
        assert fault.value.code == "ambiguous_credentials"
        with pytest.raises(BadRequest):
            credentials.known(headers)


async def test_nothing_at_all_is_unauthorized(credentials):
    for headers in (
        [],
        [(b"x-api-key", b"  ")],
        [(b"authorization", b"Bearer ")],
        [(b"authorization", b"Basic dTpw")],
        [(b"authorization", b"Basic ?")],
        [(b"cookie", b"lynex_session=")],
        [(b"cookie", b"lynex_session=made-up")],
        [(b"cookie", b"lynex_session=" + b"x" * 10_000)],
        [(b"cookie", b"; ;;=;=x;lynex_session")],
    ):
        assert credentials.known(headers) is None
        with pytest.raises(Unauthorized) as fault:
            await credentials.identify("GET", headers)
        assert (fault.value.status, fault.value.code) == (401, "missing_credentials")


@pytest.mark.parametrize("secret", ["sk_", "nonsense", "sk_live_" + "a" * 32, "é", "x" * 10_000, "sk_live_'"])
async def test_a_wrong_key_is_forbidden_whatever_is_wrong(credentials, secret):
    for header in (api_key(secret), bearer(secret)):
        with pytest.raises(Forbidden) as fault:
            await credentials.identify("POST", [header])
        assert fault.value.code == "invalid_key"


async def test_the_local_token_is_the_owner(credentials, open_door):
    for headers in ([bearer("local-token")], [api_key("local-token")]):
        principal = await credentials.identify("POST", headers)
        assert (principal.kind, principal.project_id) == ("local", None)
        assert "admin" in principal.scopes
    assert (await open_door.identify("POST", [bearer("local-token")])).kind == "open"


async def test_a_cookie_is_the_owner_session(credentials, cookie):
    principal = await credentials.identify("GET", [cookie])
    assert (principal.kind, principal.project_id) == ("session", None)
    assert principal.session_id.startswith("sess_")


async def test_a_key_goes_before_the_cookie_and_a_wrong_one_is_not_forgiven(credentials, cookie, secret):
    assert (await credentials.identify("POST", [cookie, api_key(secret)])).kind == "key"
    with pytest.raises(Forbidden):
        await credentials.identify("GET", [cookie, api_key("sk_live_wrong")])


OURS = [
    [(b"sec-fetch-site", b"same-origin")],
    [(b"sec-fetch-site", b"same-origin"), (b"origin", b"https://anything")],
    [(b"origin", b"http://127.0.0.1:8000")],
    [(b"origin", b"https://lynex.example.com")],
]
FOREIGN = [
    [(b"sec-fetch-site", b"cross-site"), (b"origin", b"http://127.0.0.1:8000")],
    [(b"sec-fetch-site", b"same-site")],
    [(b"origin", b"http://127.0.0.1:9000")],
    [(b"origin", b"http://evil.example")],
    [(b"origin", b"null")],
    [(b"origin", b"")],
    [(b"origin", b"http://127.0.0.1:99999999")],
    [(b"origin", b"http://[::1")],
    [(b"origin", b"http://127.0.0.1:8000.evil.example")],
]
HOST = (b"host", b"127.0.0.1:8000")


@pytest.fixture
def behind_a_name(ring, records, clock):
    return Credentials(ring, SessionRing(records.sessions, clock), public_url="https://lynex.example.com")


@pytest.mark.parametrize("headers", OURS)
async def test_our_own_page_may_act_with_the_cookie(behind_a_name, cookie, headers):
    assert (await behind_a_name.identify("POST", [HOST, cookie, *headers])).kind == "session"


@pytest.mark.parametrize("headers", [*FOREIGN, [], [(b"sec-fetch-site", b"none")]])
async def test_a_page_of_another_site_may_not_act_with_the_cookie(behind_a_name, cookie, headers):
    for method in ("POST", "DELETE", "PUT", "PATCH"):
        with pytest.raises(Forbidden) as fault:
            await behind_a_name.identify(method, [HOST, cookie, *headers])
        assert fault.value.code == "cross_site_request"
    assert (await behind_a_name.identify("GET", [HOST, cookie, *headers])).kind == "session"


async def test_an_origin_without_its_default_port_is_the_same_place(behind_a_name, cookie):
    headers = [(b"host", b"Lynex.example.com"), cookie, (b"origin", b"http://lynex.example.com:80")]
    assert (await behind_a_name.identify("POST", headers)).kind == "session"


async def test_an_open_door_lets_programs_in_and_pages_of_other_sites_not(open_door, secret, project):
    for headers in ([], [api_key("any")], [(b"cookie", b"lynex_session=old")], [(b"origin", b"http://127.0.0.1:8000")]):
        assert (await open_door.identify("POST", [HOST, *headers])).kind == "open"
    for headers in FOREIGN:
        with pytest.raises(Forbidden):
            await open_door.identify("POST", [HOST, *headers])
        with pytest.raises(Forbidden):
            await open_door.identify("POST", [HOST, api_key("any"), *headers])
        assert (await open_door.identify("GET", [HOST, *headers])).kind == "open"
    assert (await open_door.identify("POST", [api_key(secret)])).project_id == project


async def test_a_session_signed_out_here_is_refused_at_once(credentials, records, cookie):
    principal = await credentials.identify("GET", [cookie])
    assert await credentials.still_stands(principal)
    records.sessions.revoke(principal.session_id)
    assert not await credentials.still_stands(principal)
    with pytest.raises(Unauthorized):
        await credentials.identify("GET", [cookie])


async def test_a_session_is_looked_up_again_after_a_few_seconds(credentials, cookie, clock, records, monkeypatch):
    looks = []
    check = records.sessions.check
    monkeypatch.setattr(records.sessions, "check", lambda token: looks.append(1) or check(token))
    for _ in range(5):
        await credentials.identify("GET", [cookie])
    assert len(looks) == 1
    clock.forward(seconds=4)
    await credentials.identify("GET", [cookie])
    assert len(looks) == 2
    clock.forward(hours=13)
    with pytest.raises(Unauthorized):
        await credentials.identify("GET", [cookie])


async def test_only_so_many_sessions_are_remembered(records, clock, monkeypatch):
    ring = SessionRing(records.sessions, clock)
    monkeypatch.setattr(records.sessions, "check", lambda token: Session(token, 0, 0))
    for number in range(1030):
        await ring.identify(f"token {number}")
    assert len(ring._remembered) == 1024


async def test_a_stream_ends_when_its_key_is_revoked(credentials, records, secret, project):
    principal = await credentials.identify("GET", [api_key(secret)])
    assert await credentials.still_stands(principal)
    records.keys.revoke(project, principal.key_id)
    assert not await credentials.still_stands(principal)


async def test_the_cookie_is_kept_from_scripts_and_other_sites():
    assert session_cookie("abc", secure=False) == ("lynex_session=abc; Path=/; Max-Age=604800; HttpOnly; SameSite=Lax")
    assert session_cookie("abc", secure=True).endswith("; Secure")
    assert ended_cookie(secure=False) == "lynex_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"
    assert cookie_of([(b"cookie", b"a=b"), (b"cookie", b"lynex_session=abc; lynex_session=def")]) == "abc"
    assert secret_of([(b"authorization", b"Token abc")]) is None
