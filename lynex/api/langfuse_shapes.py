"""Langfuse's own shapes of answers, as its SDKs read them."""

from typing import Any, Literal

import msgspec


class LangfuseHealth(msgspec.Struct):
    status: Literal["OK"]
    version: str


class LangfuseOrganization(msgspec.Struct):
    """There is one for the whole appliance."""

    id: str = "lynex"
    name: str = "Lynex"


class LangfuseProject(msgspec.Struct):
    id: str
    name: str
    organization: LangfuseOrganization
    metadata: dict[str, Any] = {}


class LangfuseProjects(msgspec.Struct):
    data: list[LangfuseProject]


class LangfuseError(msgspec.Struct, omit_defaults=True):
    """`id` and `status` belong to a piece of a batch."""

    message: str
    error: str = ""
    id: str = ""
    status: int = 0


class LangfuseScoreMade(msgspec.Struct):
    id: str


class LangfuseScoresAccepted(msgspec.Struct):
    message: Literal["Accepted"] = "Accepted"


class LangfuseScoresPartly(msgspec.Struct):
    accepted: int
    rejected: int
    errors: list[LangfuseError]


class LangfuseSuccess(msgspec.Struct):
    id: str
    status: int


class LangfuseBatchAnswer(msgspec.Struct):
    successes: list[LangfuseSuccess]
    errors: list[LangfuseError]
