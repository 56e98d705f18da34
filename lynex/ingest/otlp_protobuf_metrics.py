"""OTLP metrics in protobuf: data points into plain values."""

from typing import Any, Final

from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric as WireMetric

from lynex.ingest.otlp_portions import Form, Portion, Unfit, Weighed, is_ours
from lynex.ingest.otlp_protobuf import attributes_of, decoded, open_record, split
from lynex.ingest.otlp_records import DataPoint
from lynex.ingest.otlp_values import NO_POINTS, finite, micros, temporality_name, within_64_bits

_NOT_RECORDED: Final = 1  # flag of a point without a value


def _weigh(raw: bytes) -> Weighed:
    metric = open_record(WireMetric, raw)
    kind = metric.WhichOneof("data")
    if not metric.name or kind is None:
        raise Unfit(NO_POINTS)
    points = len(getattr(metric, kind).data_points)
    return Weighed(points) if is_ours(metric.name) else Weighed(0, points)


def _read(raw: bytes, portion: Portion) -> list[DataPoint]:
    metric = decoded(WireMetric, raw)
    if not is_ours(metric.name):
        return []
    kind = metric.WhichOneof("data")
    data = getattr(metric, kind)
    temporality = "unspecified" if kind in ("gauge", "summary") else temporality_name(data.aggregation_temporality)
    return [_point(metric, kind, temporality, point, portion) for point in data.data_points]


def _point(metric: Any, kind: str, temporality: str, point: Any, portion: Portion) -> DataPoint:
    is_number, has_range = kind in ("gauge", "sum"), kind.endswith("histogram")
    return DataPoint(
        metric=metric.name,
        unit=metric.unit,
        kind=kind,
        temporality=temporality,
        start=micros(point.start_time_unix_nano),
        at=micros(point.time_unix_nano),
        value=_number(point) if is_number else None,
        count=None if is_number else within_64_bits(point.count),
        sum=_given(point, "sum") if has_range else None if is_number else finite(point.sum),
        min=_given(point, "min") if has_range else None,
        max=_given(point, "max") if has_range else None,
        attributes=attributes_of(point.attributes),
        resource=portion.resource,
        scope=portion.scope,
    )


def _number(point: Any) -> float | int | None:
    which = point.WhichOneof("value")
    if which is None or point.flags & _NOT_RECORDED:
        return None
    return int(point.as_int) if which == "as_int" else finite(point.as_double)


def _given(point: Any, name: str) -> float | None:
    return finite(getattr(point, name)) if point.HasField(name) else None


METRICS: Final = Form(split, _weigh, _read)
