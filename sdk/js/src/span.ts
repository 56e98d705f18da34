/** A stretch of the host's work with a beginning and an end: one event, the parent of what is recorded inside. */

import { Run } from "./agent.js";
import type { Recorder } from "./recorder.js";
import { began, childId, here, type Scope } from "./scope.js";
import { Budget, plain, type Json } from "./values.js";
import { failure } from "./verbs.js";

export type SpanType = "span" | "tool_call" | "retrieval" | "agent_action" | "model_response" | "custom";

export interface SpanOptions {
  type?: SpanType;
  input?: unknown;
  attributes?: { readonly [name: string]: unknown };
}

export interface StepOptions {
  action?: unknown;
  state?: { readonly [name: string]: unknown };
  memory?: unknown;
  input?: unknown;
  thought?: string;
}

// Type of event → its names for what went in, and what came out.
const FIELDS: { [type: string]: readonly [string, string] } = {
  tool_call: ["arguments", "result"],
  retrieval: ["query", "documents"],
  model_response: ["prompt", "response"],
};

export class Span {
  readonly eventId: string;
  readonly traceId: string;
  /** What is recorded inside has this scope. */
  readonly scope: Scope;
  private readonly outer: Scope;
  private readonly at = Date.now();
  private readonly began = performance.now();
  private readonly fields: { [name: string]: unknown } = {};
  private readonly attributes: { [name: string]: unknown };
  private state: unknown;
  private isOver = false;

  constructor(
    private readonly recorder: Recorder,
    private readonly name: string,
    private readonly type: SpanType,
    options: SpanOptions,
    step?: StepOptions,
  ) {
    this.outer = began(here(), recorder.settings.sampleRate);
    this.eventId = childId(this.outer);
    this.traceId = this.outer.traceId as string;
    this.scope = { ...this.outer, eventId: this.eventId, run: this.outer.run ?? new Run() };
    this.attributes = { ...options.attributes };
    if (options.input !== undefined) this.set({ input: options.input });
    if (step) {
      this.fields["step_index"] = this.scope.run?.nextIndex();
      this.setStep(step);
    }
  }

  /** What went in, what came out, and attributes by name. */
  set(said: { input?: unknown; output?: unknown; [name: string]: unknown }): this {
    const [goesIn, comesOut] = FIELDS[this.type] ?? ["input", "output"];
    const { input, output, ...attributes } = said;
    if (input !== undefined) this.fields[goesIn] = input;
    if (output !== undefined) this.fields[comesOut] = output;
    Object.assign(this.attributes, attributes);
    return this;
  }

  /** Of a step: the action, the thought, and state and memory as they are after it. */
  setStep(step: StepOptions): this {
    const { state, input, ...rest } = step;
    if (state !== undefined) this.state = state;
    if (input !== undefined) this.set({ input });
    Object.assign(this.fields, Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)));
    return this;
  }

  /** It failed, although nothing is thrown out of it. */
  fail(error: unknown): this {
    Object.assign(this.fields, failure(error));
    return this;
  }

  /** Called by `trace` and `span`; by hand only for a span that was opened by hand. */
  end(error?: unknown): void {
    if (this.isOver) return;
    this.isOver = true;
    if (!this.scope.sampled) return;
    if (error !== undefined) this.fail(error);
    const named = this.type === "tool_call" ? "tool" : "name";
    const body: { [name: string]: unknown } = { [named]: this.name, ...this.fields, duration_ms: performance.now() - this.began };
    if (this.state !== undefined) Object.assign(body, this.told());
    if (Object.keys(this.attributes).length) body[this.type === "span" ? "attributes" : "metadata"] = this.attributes;
    this.recorder.record(this.type, body, { scope: this.outer, eventId: this.eventId, at: this.at });
  }

  private told(): { [name: string]: Json } {
    const { maxEventBytes, maxText } = this.recorder.settings;
    const state = plain(this.state, new Budget(maxEventBytes / 4, maxText));
    const isObject = typeof state === "object" && state !== null && !Array.isArray(state);
    return (isObject && this.scope.run?.told(state, this.eventId)) || {};
  }
}
