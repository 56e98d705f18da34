"""The problems that model providers name themselves, each spelled in many ways: one word for each."""

import re
from typing import Final

# As OpenAI, Anthropic, Google, AWS, Azure, Mistral and Cohere, their SDKs and HTTP say it.
_SPELLINGS: Final = {
    "rate_limited": "rate_limit_exceeded rate_limit_error rate_limited rate_limit too_many_requests RateLimitError "
    "TooManyRequestsException ThrottlingException throttling resource_exhausted RateLimitReached 429",
    "quota_exhausted": "insufficient_quota quota_exceeded billing_hard_limit_reached billing_error "
    "ServiceQuotaExceededException payment_required 402",
    "context_too_long": "context_length_exceeded ContextWindowExceededError context_window_exceeded "
    "string_above_max_length max_tokens_exceeded prompt_too_long",
    "request_too_large": "request_too_large payload_too_large 413",
    "not_authenticated": "invalid_api_key authentication_error AuthenticationError unauthenticated unauthorized "
    "incorrect_api_key UnrecognizedClientException ExpiredTokenException InvalidSignatureException 401",
    "not_permitted": "permission_error permission_denied PermissionDeniedError AccessDeniedException forbidden "
    "country_not_supported unsupported_country_region_territory 403",
    "overloaded": "overloaded_error overloaded engine_overloaded model_overloaded service_unavailable unavailable "
    "ServiceUnavailableException ServiceUnavailableError slow_down 503 529",
    "content_filtered": "content_filter content_policy_violation ContentPolicyViolationError "
    "ResponsibleAIPolicyViolation moderation_blocked",
    "model_not_found": "model_not_found DeploymentNotFound model_not_available",
    "timed_out": "timeout timeout_error APITimeoutError request_timeout gateway_timeout deadline_exceeded "
    "ModelTimeoutException ReadTimeout ConnectTimeout TimeoutError 408 504",
    "not_reached": "APIConnectionError connection_error ConnectError ConnectionError",
    "provider_failed": "server_error internal_server_error InternalServerError InternalServerException "
    "ModelErrorException 500 502",
}
# Too wide to be one problem: their messages tell them apart.
_SAYS_NOTHING: Final = (
    "error exception unknown other null none invalid_request_error invalid_request bad_request BadRequestError "
    "invalid_argument ValidationException not_found not_found_error NotFoundError unprocessable_entity invalid_value "
    "invalid_prompt api_error APIStatusError APIResponseValidationError tokens requests internal cancelled aborted "
    "failed_precondition 400 404 405 406 409 415 422"
)


def _bare(word: str) -> str:
    return word.replace("_", "").replace("-", "").replace(" ", "").lower()


_PROBLEMS: Final = {_bare(one): problem for problem, spellings in _SPELLINGS.items() for one in spellings.split()}
_WIDE: Final = frozenset(map(_bare, _SAYS_NOTHING.split()))
# Named like this they are a model's, whether or not the provider is known.
_ALWAYS: Final = frozenset(
    ("rate_limited", "quota_exhausted", "context_too_long", "overloaded", "content_filtered", "model_not_found")
)
_LONGEST_CODE: Final = 64
_READ: Final = 1000
# `'code': 'rate_limit_exceeded'`, `"type": "overloaded_error"`, `(ThrottlingException)`, as SDKs put it into messages.
_TOLD: Final = re.compile(
    r"""(?:['"](?:code|type|status)['"]: ?['"]|error occurred \()([A-Za-z][\w-]{2,63})['")]""", re.ASCII
)
_STATUS_FIRST: Final = re.compile(r"(?:Error code: |HTTP |Request failed with status code )?\[?([45]\d\d)\b", re.ASCII)


def problem_of(error_type: str | None, message: str | None, code: str | None, provider: str | None) -> str | None:
    """The one word for what code, message or type name; else the provider's own code, unless that is too wide.

    Words are believed before HTTP statuses, which stand for several problems each. Without a provider only what models
    alone fail with counts: other services have codes of their own.
    """
    code = code.strip() if code is not None and len(code) <= _LONGEST_CODE else None
    for word in _words(code, message):
        problem = _PROBLEMS.get(_bare(word))
        if problem is not None and (provider is not None or problem in _ALWAYS):
            return problem
    if provider is None:
        return "rate_limited" if code == "429" else None
    last_words = [error_type.rpartition(".")[2]] if error_type else []
    last_words += [code] if code is not None else []
    if message is not None and (status := _STATUS_FIRST.match(message)) is not None:
        last_words.append(status[1])
    for word in last_words:
        if len(word) <= _LONGEST_CODE and (problem := _PROBLEMS.get(_bare(word))) is not None:
            return problem
    return code.lower() if code and not code.isdigit() and _bare(code) not in _WIDE else None


def _words(code: str | None, message: str | None) -> list[str]:
    """Codes in words, the sender's own first."""
    words = [code] if code is not None and not code.isdigit() else []
    if message is not None and ("{" in message or "(" in message):
        words += _TOLD.findall(message, 0, _READ)
    return words
