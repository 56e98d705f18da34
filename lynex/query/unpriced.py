"""Which models were used whose price nobody knows: their calls have tokens and no cost."""

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from lynex.clock import DAY, rfc3339
from lynex.query.figures import COUNTS
from lynex.query.filters import Filters
from lynex.query.parameters import Parameters
from lynex.query.ranges import RANGE_PARAMETERS, Range, range_of
from lynex.query.rows import Select

UNPRICED_PARAMETERS: Final = frozenset(("project_id", *RANGE_PARAMETERS))
_MOST: Final = 1000


class UnpricedQuestion(msgspec.Struct, frozen=True):
    """The last 30 days unless a range is asked for."""

    project_id: str
    span: Range

    @classmethod
    def from_params(cls, params: Iterable[tuple[str, str]], project_id: str, now: int) -> "UnpricedQuestion":
        """Raises InvalidInput naming every parameter that is wrong."""
        parameters = Parameters(params, UNPRICED_PARAMETERS)
        span, _ = range_of(parameters, now, default=30 * DAY)
        parameters.check()
        return cls(project_id=project_id, span=span)


def unpriced(select: Select, question: UnpricedQuestion) -> dict[str, Any]:
    """`{"items": [{provider, model, calls, input_tokens, output_tokens, first_at, last_at}], "next": None}`, most used
    first, a thousand at most."""
    condition = Filters().condition(question.project_id, question.span)
    rows = select(_UNPRICED.format(condition=condition.sql), {**condition.values, "most": _MOST})
    for row in rows:
        row["first_at"], row["last_at"] = rfc3339(row["first_at"]), rfc3339(row["last_at"])
    return {"items": rows, "next": None}


_UNPRICED: Final = f"""
SELECT provider, coalesce(model, response_model) AS model, count(*) AS calls,
  coalesce(sum(input_tokens), 0)::BIGINT AS input_tokens, coalesce(sum(output_tokens), 0)::BIGINT AS output_tokens,
  epoch_us(min("at")) AS first_at, epoch_us(max("at")) AS last_at
FROM events WHERE {{condition}} AND cost_source = 'unknown_model' AND {COUNTS}
GROUP BY ALL ORDER BY calls DESC, model, provider LIMIT $most
"""
