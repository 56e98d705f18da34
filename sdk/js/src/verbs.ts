/** What a host can say: one verb for each type of event. Times in ms, tokens as counts, costs in USD. */

export interface Where {
  userId?: string;
  sessionId?: string;
  traceId?: string;
  parentEventId?: string;
  tags?: readonly string[];
  metadata?: { readonly [name: string]: unknown };
  eventId?: string;
  /** Milliseconds since 1970, or a Date. */
  at?: number | Date;
}

export interface Tokens {
  input?: number;
  output?: number;
  cached?: number;
  cacheWrite?: number;
  reasoning?: number;
  total?: number;
  /** A provider's own usage object is understood as well. */
  [name: string]: unknown;
}

type Failure = Error | string | { type?: string; message?: string; stack?: string; code?: string | number };

export interface LLMCall extends Where {
  model: string;
  prompt?: unknown;
  messages?: readonly unknown[];
  response?: unknown;
  tokens?: Tokens;
  latencyMs?: number;
  provider?: string;
  system?: unknown;
  parameters?: { readonly [name: string]: unknown };
  tools?: readonly unknown[];
  toolCalls?: readonly unknown[];
  finishReason?: string;
  responseId?: string;
  responseModel?: string;
  stream?: boolean;
  ttftMs?: number;
  cost?: number | { readonly [name: string]: unknown };
  error?: Failure;
  promptTemplate?: { readonly [name: string]: unknown };
  name?: string;
}

export interface Log extends Where {
  level?: "debug" | "info" | "warning" | "error";
  logger?: string;
  attributes?: { readonly [name: string]: unknown };
}

export interface ToolCall extends Where {
  tool: string;
  arguments?: unknown;
  result?: unknown;
  callId?: string;
  toolType?: string;
  latencyMs?: number;
  error?: Failure;
}

export interface Retrieval extends Where {
  query: unknown;
  documents?: readonly unknown[];
  topK?: number;
  source?: string;
  latencyMs?: number;
  error?: Failure;
  name?: string;
}

export interface AgentAction extends Where {
  name: string;
  action?: unknown;
  thought?: string;
  input?: unknown;
  output?: unknown;
  state?: { readonly [name: string]: unknown };
  memory?: unknown;
  stepIndex?: number;
  latencyMs?: number;
  error?: Failure;
}

export interface EvalMetric extends Where {
  metric: string;
  score?: number | boolean;
  label?: string;
  explanation?: string;
  evaluator?: string;
  targetEventId?: string;
  targetTraceId?: string;
}

export interface TokenUsage extends Where {
  model: string;
  tokens: Tokens;
  provider?: string;
  cost?: number | { readonly [name: string]: unknown };
  responseId?: string;
}

export interface Message extends Where {
  role: string;
  content: unknown;
  channel?: string;
  messageId?: string;
}

const CONTEXT: { [name: string]: string } = {
  userId: "user_id",
  sessionId: "session_id",
  traceId: "trace_id",
  parentEventId: "parent_event_id",
};
const WHERE = new Set([...Object.keys(CONTEXT), "tags", "metadata", "eventId", "at"]);
const LONGEST_STACK = 32_000;

/** The fields of the body as they are sent, without those that say where the event belongs. */
export function bodyOf(said: object): { [name: string]: unknown } {
  const body: { [name: string]: unknown } = {};
  for (const [name, value] of Object.entries(said)) {
    if (value === undefined || value === null || WHERE.has(name)) continue;
    if (name === "error") Object.assign(body, failure(value as Failure));
    else body[snake(name)] = value;
  }
  return body;
}

export function contextOf(where: Where): { [name: string]: string } {
  const context: { [name: string]: string } = {};
  for (const [name, field] of Object.entries(CONTEXT)) {
    const value = where[name as keyof Where];
    if (value !== undefined && value !== null) context[field] = String(value);
  }
  return context;
}

const SNAKE = new Map<string, string>();

/** `latencyMs` → `latency_ms`. */
function snake(name: string): string {
  let made = SNAKE.get(name);
  if (made === undefined) {
    made = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    if (SNAKE.size < 1000) SNAKE.set(name, made);
  }
  return made;
}

/** The fields that say that something failed. */
export function failure(error: unknown): { [name: string]: unknown } {
  return { status: "error", error: described(error) };
}

export function described(error: unknown): { [name: string]: unknown } | string {
  if (!(error instanceof Error)) return typeof error === "object" && error !== null ? { ...error } : String(error);
  const { code, status } = error as { code?: unknown; status?: unknown };
  const known = [code, status].find((one) => typeof one === "string" || typeof one === "number");
  return {
    type: error.name,
    message: error.message,
    ...(error.stack ? { stack: error.stack.slice(0, LONGEST_STACK) } : {}),
    ...(known === undefined ? {} : { code: known }),
  };
}
