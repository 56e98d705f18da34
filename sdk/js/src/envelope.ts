/** A captured event → the JSON that is sent: content left out, redacted, shown to the host's hook. */

import { redacted, rulesNamed, type Rule } from "./redact.js";
import type { Event, Settings } from "./settings.js";
import type { Json } from "./values.js";
import { VERSION } from "./version.js";

export interface Captured {
  eventId: string;
  type: string;
  /** Milliseconds since 1970, with a fraction. */
  at: number;
  context: { [name: string]: Json };
  body: { [name: string]: Json };
  /** Characters, roughly bytes. */
  size: number;
}

const CONTENT = new Set([
  "prompt", "messages", "input", "response", "output", "system", "content", "arguments", "result", "query", "documents",
  "state", "state_patch", "memory", "thought", "tool_calls", "prompt_template", "explanation",
]); // prettier-ignore
const IDS = ["trace_id", "span_id", "parent_event_id", "state_base"];

/** Says why, for the count of dropped events, and in words. */
export class Unsendable extends Error {
  constructor(
    readonly reason: string,
    words: string,
  ) {
    super(words);
  }
}

export class Envelope {
  private readonly rules: readonly Rule[];
  readonly unknownRules: readonly string[];

  constructor(private readonly settings: Settings) {
    const { redact } = settings;
    const named = typeof redact === "function" ? { rules: [redact], unknown: [] } : rulesNamed(redact ?? []);
    this.rules = named.rules;
    this.unknownRules = named.unknown;
  }

  /** Throws `Unsendable`. */
  seal(captured: Captured): string {
    let event = this.event(captured);
    if (this.rules.length) {
      event = { ...event, context: this.redacted(event.context), body: this.redacted(event.body) };
    }
    if (this.settings.beforeSend) event = this.shown(event);
    const text = JSON.stringify(event);
    if (text.length > this.settings.maxEventBytes) {
      throw new Unsendable("too_large", `an event of ${text.length} characters; maxEventBytes is the limit`);
    }
    return text;
  }

  private event(captured: Captured): Event {
    const { settings } = this;
    const kept = settings.captureContent ? captured.body : without(captured.body, CONTENT);
    const context = { ...captured.context };
    if (settings.environment) context["environment"] ??= settings.environment;
    if (settings.release) context["release"] ??= settings.release;
    if (settings.serviceName) context["service_name"] ??= settings.serviceName;
    const event: Event = {
      eventId: captured.eventId,
      type: captured.type,
      timestamp: new Date(captured.at).toISOString(),
      sdk: { name: "js", version: VERSION },
      context,
      body: kept,
    };
    if (settings.projectId) event.projectId = settings.projectId;
    return event;
  }

  /** Ids stay as they are: they hold the tree together, and are hex that a rule may take for a number. */
  private redacted(value: { [name: string]: Json }): { [name: string]: Json } {
    try {
      const made = redacted(value, this.rules) as { [name: string]: Json };
      for (const name of IDS) if (value[name] !== undefined) made[name] = value[name] as Json;
      return made;
    } catch (fault) {
      throw new Unsendable("redaction_failed", `redact threw ${String(fault)}`);
    }
  }

  private shown(event: Event): Event {
    let changed: Event | null | undefined;
    try {
      changed = this.settings.beforeSend?.(event);
    } catch (fault) {
      throw new Unsendable("before_send_failed", `beforeSend threw ${String(fault)}`);
    }
    if (changed === null || changed === undefined) throw new Unsendable("before_send", "");
    return changed;
  }
}

function without(body: { [name: string]: Json }, names: Set<string>): { [name: string]: Json } {
  return Object.fromEntries(Object.entries(body).filter(([name]) => !names.has(name)));
}
