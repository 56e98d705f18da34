/** Where the host is right now: the trace, the span around, the session, the user. */

import { newSpanId, newTraceId, readTraceparent, writeTraceparent } from "./ids.js";
import type { Run } from "./agent.js";
import type { Json } from "./values.js";

export interface Scope {
  readonly traceId?: string;
  /** The span around, to which new events are children. */
  readonly eventId?: string;
  readonly sampled: boolean;
  readonly sessionId?: string;
  readonly userId?: string;
  readonly tags: readonly string[];
  readonly metadata?: { readonly [name: string]: Json };
  readonly run?: Run;
}

/** How a scope is carried: AsyncLocalStorage on servers; in a page, from the outermost call to its end. */
export interface Storage {
  getStore(): Scope | undefined;
  run<T>(scope: Scope, work: () => T): T;
}

const NOWHERE: Scope = { sampled: true, tags: [] };

/** A page has no contexts: what is synchronous nests; what comes after an `await` finds the scope around it. */
class Stack implements Storage {
  private current: Scope | undefined;

  getStore(): Scope | undefined {
    return this.current;
  }

  run<T>(scope: Scope, work: () => T): T {
    const before = this.current;
    this.current = scope;
    try {
      return work();
    } finally {
      this.current = before;
    }
  }
}

let storage: Storage = new Stack();

/** Called once by the entry for servers. */
export function carryWith(better: Storage): void {
  storage = better;
}

export const here = (): Scope => storage.getStore() ?? NOWHERE;

export const inside = <T>(scope: Scope, work: () => T): T => storage.run(scope, work);

export const within = <T>(changes: Partial<Scope>, work: () => T): T => storage.run({ ...here(), ...changes }, work);

/** The scope inside a trace: the one there is, or a new one, recorded or not as the dice fall. */
export function began(scope: Scope, sampleRate: number): Scope {
  if (scope.traceId !== undefined) return scope;
  return { ...scope, traceId: newTraceId(), eventId: undefined, sampled: sampleRate >= 1 || Math.random() < sampleRate };
}

export const childId = (scope: Scope): string => `${scope.traceId}:${newSpanId()}`;

/** Everything recorded inside belongs to that conversation. */
export const session = <T>(sessionId: string, work: () => T): T => within({ sessionId: String(sessionId) }, work);

/** Everything recorded inside was done for that user. */
export const user = <T>(userId: string, work: () => T): T => within({ userId: String(userId) }, work);

/** Tags, and searchable metadata by name, for everything inside. */
export function tag<T>(tags: readonly string[], work: () => T, metadata?: { [name: string]: Json }): T {
  const scope = here();
  const all = [...new Set([...scope.tags, ...tags.map(String)])];
  return within({ tags: all, metadata: metadata ? { ...scope.metadata, ...metadata } : scope.metadata }, work);
}

type Headers = string | undefined | null | { get(name: string): string | null } | { [name: string]: unknown };

/** Go on with the trace of a caller: headers with a W3C `traceparent`, or its text. */
export function continueTrace<T>(headers: Headers, work: () => T): T {
  const found = readTraceparent(headerOf(headers));
  if (!found) return work();
  const eventId = `${found.traceId}:${found.spanId}`;
  return within({ traceId: found.traceId, eventId, sampled: found.sampled, run: undefined }, work);
}

function headerOf(headers: Headers): unknown {
  if (headers === null || headers === undefined || typeof headers === "string") return headers;
  if (typeof headers.get === "function") return headers.get("traceparent");
  const fields = headers as { [name: string]: unknown };
  const name = Object.keys(fields).find((one) => one.toLowerCase() === "traceparent");
  return name === undefined ? undefined : fields[name];
}

/** The header to send along, so that the called service goes on with this trace; undefined outside a trace. */
export function traceparent(): string | undefined {
  const { traceId, eventId, sampled } = here();
  if (traceId === undefined || eventId === undefined) return undefined;
  return writeTraceparent({ traceId, spanId: eventId.slice(33), sampled });
}
