/** Ids: traces of 32 hex digits, spans of 16, as OpenTelemetry has them. */

const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

function hex(bytes: number): string {
  const random = crypto.getRandomValues(new Uint8Array(bytes));
  let text = "";
  for (const byte of random) text += (byte < 16 ? "0" : "") + byte.toString(16);
  return text;
}

// 16 bytes at a time from the system cost more than the rest of a capture, so a pool is drawn at once.
let pool = "";
let place = 0;

function digits(count: number): string {
  if (place + count > pool.length) {
    pool = hex(1024);
    place = 0;
  }
  place += count;
  return pool.slice(place - count, place);
}

export const newTraceId = (): string => digits(32);
export const newSpanId = (): string => digits(16);

/** A random UUID, for events outside traces. */
export function newEventId(): string {
  const d = digits(32);
  return `${d.slice(0, 8)}-${d.slice(8, 12)}-4${d.slice(13, 16)}-a${d.slice(17, 20)}-${d.slice(20)}`;
}

export interface Remote {
  traceId: string;
  spanId: string;
  sampled: boolean;
}

/** What a W3C `traceparent` says; undefined when it is none. */
export function readTraceparent(header: unknown): Remote | undefined {
  const found = typeof header === "string" ? TRACEPARENT.exec(header.trim().toLowerCase()) : null;
  if (!found) return undefined;
  const [, traceId = "", spanId = "", flags = "00"] = found;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, sampled: (parseInt(flags, 16) & 1) === 1 };
}

export const writeTraceparent = (remote: Remote): string =>
  `00-${remote.traceId}-${remote.spanId}-${remote.sampled ? "01" : "00"}`;
