"""The OpenAPI document describes the real server: requests made from it never get a 500, and refusals are problems."""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings

from tests.running import Running

EXAMPLES = 50
LEFT_OUT = ("/live", "/signin", "/signout")  # endless, or ends the session


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    running = Running(tmp_path_factory.mktemp("fuzz") / "data").start()
    yield running
    assert "Traceback" not in running.log(), running.log()[-3000:]
    running.stop()


def test_no_request_made_from_the_document_breaks_the_server(server):
    schema = schemathesis.openapi.from_url(f"{server.url}/api/openapi.json")
    operations = [found.ok() for found in schema.get_all_operations()]
    asked = [one for one in operations if not one.path.endswith(LEFT_OUT)]
    assert len(asked) >= 18
    seen = set()
    for operation in asked:
        seen |= ask(server, operation)
    assert {200, 202, 422} <= seen


def ask(server: Running, operation) -> set[int]:
    statuses = set()

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
        derandomize=True,
        database=None,
    )
    @given(case=operation.as_strategy())
    def check(case):
        answer = case.call(base_url=server.url, headers=server.headers, timeout=20)
        statuses.add(answer.status_code)
        assert answer.status_code < 500 or answer.status_code == 503, (operation.label, answer.text)
        if answer.status_code >= 400 and "application/problem+json" not in answer.headers["content-type"]:
            assert operation.path.startswith("/v1/"), (operation.label, answer.headers)
        elif answer.status_code >= 400:
            problem = answer.json()
            assert problem["status"] == answer.status_code, problem
            assert problem["code"] and problem["detail"], problem

    check()
    return statuses
