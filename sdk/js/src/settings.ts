/** What a client is told: options first, then `LYNEX_*` variables, then defaults. A wrong value warns and is not used. */

import type { Json } from "./values.js";

export interface Event {
  eventId: string;
  type: string;
  timestamp: string;
  projectId?: string;
  sdk: { [name: string]: Json };
  context: { [name: string]: Json };
  body: { [name: string]: Json };
}

export interface Options {
  apiKey?: string;
  projectId?: string;
  /** `http://localhost:8000` by default. */
  endpoint?: string;
  environment?: string;
  release?: string;
  serviceName?: string;
  /** False: everything is a no-op. */
  enabled?: boolean;
  /** Share of traces, and of events outside traces, that are recorded: 0 to 1. */
  sampleRate?: number;
  /** False: no prompts, answers, arguments, results, documents, state. */
  captureContent?: boolean;
  /** Names of rules (emails, phones, cards, keys, ips, ibans, all) or a function from text to text. */
  redact?: readonly string[] | ((text: string) => string);
  /** Sees each event last; may change it, or return null to keep it back. */
  beforeSend?: (event: Event) => Event | null | undefined;
  onError?: (message: string) => void;
  /** Says on the console what is sent. */
  debug?: boolean;
  flushEvents?: number;
  flushBytes?: number;
  /** Milliseconds. */
  flushInterval?: number;
  maxBufferEvents?: number;
  maxBufferBytes?: number;
  maxEventBytes?: number;
  maxText?: number;
  /** Milliseconds for one request. */
  timeout?: number;
  /** Tries of one batch before it goes back to the buffer. */
  maxRetries?: number;
  /** Milliseconds that `shutdown` takes at most. */
  shutdownTimeout?: number;
}

export type Settings = Required<Omit<Options, "apiKey" | "projectId" | "environment" | "release" | "serviceName" | "redact" | "beforeSend" | "onError">> &
  Pick<Options, "apiKey" | "projectId" | "environment" | "release" | "serviceName" | "redact" | "beforeSend" | "onError">;

const DEFAULTS: Settings = {
  endpoint: "http://localhost:8000",
  enabled: true,
  sampleRate: 1,
  captureContent: true,
  debug: false,
  flushEvents: 100,
  flushBytes: 512 * 1024,
  flushInterval: 1000,
  maxBufferEvents: 20_000,
  maxBufferBytes: 32 * 1024 * 1024,
  maxEventBytes: 1024 * 1024,
  maxText: 256 * 1024,
  timeout: 10_000,
  maxRetries: 5,
  shutdownTimeout: 2000,
};

type Kind = "text" | "flag" | "share" | "count" | "url" | "function" | "redact";
const KINDS: { [Name in keyof Options]-?: Kind } = {
  apiKey: "text",
  projectId: "text",
  endpoint: "url",
  environment: "text",
  release: "text",
  serviceName: "text",
  enabled: "flag",
  sampleRate: "share",
  captureContent: "flag",
  redact: "redact",
  beforeSend: "function",
  onError: "function",
  debug: "flag",
  flushEvents: "count",
  flushBytes: "count",
  flushInterval: "count",
  maxBufferEvents: "count",
  maxBufferBytes: "count",
  maxEventBytes: "count",
  maxText: "count",
  timeout: "count",
  maxRetries: "count",
  shutdownTimeout: "count",
};

/** Never throws; each wrong value is named in `problems` and its default holds. */
export function readSettings(given: Options): { settings: Settings; problems: string[] } {
  const settings: Record<string, unknown> = { ...DEFAULTS };
  const problems: string[] = [];
  const options = given as Record<string, unknown>;
  for (const [name, kind] of Object.entries(KINDS)) {
    let value = options[name];
    let source = name;
    if (value === undefined || value === null) {
      source = variableOf(name);
      value = fromText(kind, environment(source));
    }
    if (value === undefined) continue;
    const problem = problemOf(kind, value);
    if (problem) problems.push(`${source}: ${problem}; it is not used`);
    else settings[name] = kind === "url" ? (value as string).replace(/\/+$/, "") : value;
  }
  for (const name of Object.keys(options)) {
    if (!(name in KINDS)) problems.push(`${name}: there is no such option`);
  }
  return { settings: settings as unknown as Settings, problems };
}

const variableOf = (name: string): string => `LYNEX_${name.replace(/[A-Z]/g, "_$&").toUpperCase()}`;

function environment(variable: string): string | undefined {
  const env = (globalThis as { process?: { env?: Record<string, string | undefined> } }).process?.env;
  return env?.[variable]?.trim() || undefined;
}

function fromText(kind: Kind, text: string | undefined): unknown {
  if (text === undefined || kind === "function") return undefined;
  if (kind === "flag") return /^(1|true|yes|on)$/i.test(text) ? true : /^(0|false|no|off)$/i.test(text) ? false : text;
  if (kind === "share" || kind === "count") return Number(text);
  if (kind === "redact") return text.split(",").map((word) => word.trim());
  return text;
}

function problemOf(kind: Kind, value: unknown): string | undefined {
  switch (kind) {
    case "text":
      return typeof value === "string" ? undefined : "must be text";
    case "flag":
      return typeof value === "boolean" ? undefined : "must be true or false";
    case "function":
      return typeof value === "function" ? undefined : "must be a function";
    case "share":
      return typeof value === "number" && value >= 0 && value <= 1 ? undefined : "must be between 0 and 1";
    case "count":
      return typeof value === "number" && value >= 0 && Number.isFinite(value) ? undefined : "must be a number, 0 or more";
    case "url":
      return typeof value === "string" && /^https?:\/\//.test(value) ? undefined : "must begin with http:// or https://";
    case "redact": {
      const good = typeof value === "function" || (Array.isArray(value) && value.every((one) => typeof one === "string"));
      return good ? undefined : "must be names of rules, or a function from text to text";
    }
  }
}
