"""OTLP metrics in JSON: data points into plain values."""

from typing import Final

import msgspec
from msgspec import Raw

from lynex.ingest import otlp_json_wire as wire
from lynex.ingest.otlp_json import attributes_of, instant, opened, splitter
from lynex.ingest.otlp_portions import Form, Portion, Unfit, Weighed, is_ours
from lynex.ingest.otlp_records import DataPoint
from lynex.ingest.otlp_values import NO_POINTS, double_value, read_integer, read_temporality, within_64_bits

_KINDS: Final = ("gauge", "sum", "histogram", "exponential_histogram", "summary")
_NOT_RECORDED: Final = 1  # flag of a point without a value
_decode: Final = msgspec.json.Decoder(wire.Metric).decode


def _weigh(raw: Raw) -> Weighed:
    metric = opened(_decode, raw)
    _, data = _data_of(metric)
    if not metric.name or data is None:
        raise Unfit(NO_POINTS)
    points = len(data.data_points or ())
    return Weighed(points) if is_ours(metric.name) else Weighed(0, points)


def _read(raw: Raw, portion: Portion) -> list[DataPoint]:
    metric = _decode(raw)
    kind, data = _data_of(metric)
    if data is None or not is_ours(metric.name or ""):
        return []
    temporality = read_temporality(data.aggregation_temporality)
    return [_point(metric, kind, temporality, point, portion) for point in data.data_points or ()]


def _data_of(metric: wire.Metric) -> tuple[str, wire.Points | None]:
    for kind in _KINDS:
        data: wire.Points | None = getattr(metric, kind)
        if data is not None:
            return kind, data
    return "", None


def _point(metric: wire.Metric, kind: str, temporality: str, point: wire.DataPoint, portion: Portion) -> DataPoint:
    is_number = kind in ("gauge", "sum")
    return DataPoint(
        metric=metric.name or "",
        unit=metric.unit or "",
        kind=kind,
        temporality=temporality,
        start=instant(point.start_time_unix_nano),
        at=instant(point.time_unix_nano),
        value=_value(point) if is_number else None,
        count=None if is_number else within_64_bits(read_integer(point.count) or 0),
        sum=None if is_number else _figure(point.sum),
        min=None if is_number else _figure(point.min),
        max=None if is_number else _figure(point.max),
        attributes=attributes_of(point.attributes),
        resource=portion.resource,
        scope=portion.scope,
    )


def _value(point: wire.DataPoint) -> float | int | None:
    if (read_integer(point.flags) or 0) & _NOT_RECORDED:
        return None
    if point.as_int is None:
        return _figure(point.as_double)
    return within_64_bits(read_integer(point.as_int) or 0)


def _figure(value: wire.Number) -> float | None:
    found = double_value(value) if value is not None else None
    return found if isinstance(found, float) else None


METRICS: Final = Form(splitter(wire.Metrics), _weigh, _read)
