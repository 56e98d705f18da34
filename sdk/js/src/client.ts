/** The client object a host uses. Every verb answers the event's id, or undefined, and never throws. */

import { wrapOpenAI } from "./openai.js";
import { atPageHide, atProcessEnd } from "./ending.js";
import { Recorder } from "./recorder.js";
import { inside } from "./scope.js";
import type { Options } from "./settings.js";
import { Span, type SpanOptions, type StepOptions } from "./span.js";
import type { Stats } from "./tally.js";
import {
  bodyOf, described, type AgentAction, type EvalMetric, type LLMCall, type Log, type Message, type Retrieval,
  type TokenUsage, type ToolCall, type Where,
} from "./verbs.js"; // prettier-ignore

type Id = string | undefined;
type Function = (...args: any[]) => any; // eslint-disable-line @typescript-eslint/no-explicit-any

export class Lynex {
  private readonly recorder: Recorder;

  constructor(options: Options = {}) {
    this.recorder = new Recorder(options);
    if (!this.recorder.enabled) return;
    atPageHide(() => this.recorder.handOver());
    atProcessEnd(() => this.recorder.sendBeforeExit());
  }

  /** Any event, with the fields of its type as they are. */
  captureEvent(type: string, body: { readonly [name: string]: unknown } = {}, where?: Where): Id {
    return this.recorder.record(type, body, { where });
  }

  /** A call of a model that has ended. */
  captureLLMCall(call: LLMCall): Id {
    return this.ended("model_response", call);
  }

  /** Something that was thrown. */
  captureException(error: unknown, said: Where & { handled?: boolean } = {}): Id {
    const told = described(error);
    const { type, ...rest } = typeof told === "string" ? { message: told, type: undefined } : told;
    const body = { ...rest, error_type: type, handled: said.handled ?? true };
    return this.recorder.record("error", body, { where: said });
  }

  log(message: string, said: Log = {}): Id {
    return this.ended("log", { level: "info", ...said, message });
  }

  toolCall(call: ToolCall): Id {
    return this.ended("tool_call", call);
  }

  retrieval(search: Retrieval): Id {
    return this.ended("retrieval", search);
  }

  agentAction(action: AgentAction): Id {
    return this.ended("agent_action", action);
  }

  evalMetric(judgement: EvalMetric): Id {
    return this.ended("eval_metric", judgement);
  }

  tokenUsage(usage: TokenUsage): Id {
    return this.ended("token_usage", usage);
  }

  message(message: Message): Id {
    return this.ended("message", message);
  }

  custom(name: string, fields: { readonly [name: string]: unknown } = {}, where?: Where): Id {
    return this.recorder.record("custom", { ...fields, name }, { where });
  }

  /** The function with a span around each run; what it takes and gives is recorded. Promises are waited for. */
  trace<F extends Function>(name: string, work: F, options: Omit<SpanOptions, "input"> = {}): F {
    const client = this; // eslint-disable-line @typescript-eslint/no-this-alias
    return function (this: unknown, ...args: unknown[]): unknown {
      const input = args.length === 1 ? args[0] : args.length ? args : undefined;
      return client.around(name, { ...options, input }, undefined, (span) => {
        const result: unknown = work.apply(this, args);
        return noted(result, (value) => span.set({ output: value }));
      });
    } as F;
  }

  /** `await client.span("search", async (span) => { … })`: what happens inside nests by itself. */
  span<T>(name: string, work: (span: Span) => T, options: SpanOptions = {}): T {
    return this.around(name, options, undefined, work);
  }

  /** One step of an agent: counted by itself, its state told in full or as what changed. */
  step<T>(name: string, step: StepOptions, work: (span: Span) => T): T {
    return this.around(name, { type: "agent_action" }, step, work);
  }

  /** The same client of OpenAI's library; each call of a model is recorded from now on. */
  wrapOpenAI<C extends object>(client: C, options: { streamUsage?: boolean } = {}): C {
    return wrapOpenAI(this.recorder, client, options.streamUsage);
  }

  /** True when what was captured so far was sent or dropped within `timeout` ms. */
  flush(timeout = 10_000): Promise<boolean> {
    return this.recorder.flush(timeout);
  }

  /** Send what can be sent in `timeout` ms (`shutdownTimeout` by default), and record nothing more. */
  shutdown(timeout?: number): Promise<boolean> {
    return this.recorder.shutdown(timeout);
  }

  stats(): Stats {
    return this.recorder.stats();
  }

  private ended(type: string, said: object): Id {
    try {
      const where: Where & { latencyMs?: number } = said;
      const at = where.at !== undefined || where.latencyMs === undefined ? undefined : Date.now() - where.latencyMs;
      return this.recorder.record(type, bodyOf(said), { where, at });
    } catch (fault) {
      this.recorder.warn(`${type}: ${String(fault)}`);
      return undefined;
    }
  }

  private around<T>(name: string, options: SpanOptions, step: StepOptions | undefined, work: (span: Span) => T): T {
    const span = new Span(this.recorder, name, options.type ?? "span", options, step);
    if (!this.recorder.enabled) return work(span);
    return inside(span.scope, () => {
      let result: T;
      try {
        result = work(span);
      } catch (error) {
        span.end(error);
        throw error;
      }
      return ended(result, span);
    });
  }
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}

/** The result untouched; the span ends when it is there. */
function ended<T>(result: T, span: Span): T {
  if (!isPromise(result)) {
    span.end();
    return result;
  }
  const whole = result.then(
    (value) => {
      span.end();
      return value;
    },
    (error: unknown) => {
      span.end(error);
      throw error;
    },
  );
  return whole as T;
}

function noted(result: unknown, note: (value: unknown) => void): unknown {
  if (!isPromise(result)) {
    if (result !== undefined) note(result);
    return result;
  }
  return result.then((value) => {
    if (value !== undefined) note(value);
    return value;
  });
}
