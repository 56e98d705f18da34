/** Takes what the host tells, keeps it safe, sends it later. It never throws into the host and never waits. */

import { Delivery } from "./delivery.js";
import { Envelope } from "./envelope.js";
import { newEventId } from "./ids.js";
import { childId, here, type Scope } from "./scope.js";
import { readSettings, type Options, type Settings } from "./settings.js";
import { Tally, type Stats } from "./tally.js";
import { Transport } from "./transport.js";
import { Budget, plain, type Json } from "./values.js";
import { contextOf, type Where } from "./verbs.js";

const NO_KEY = "no API key: nothing is recorded. Pass apiKey or set LYNEX_API_KEY; `lynex serve` prints one.";
const ENVELOPE = 400; // characters around a body

export interface Place {
  scope?: Scope;
  eventId?: string;
  at?: number;
  where?: Where;
}

export class Recorder {
  readonly settings: Settings;
  enabled: boolean;
  private readonly tally = new Tally();
  private readonly delivery: Delivery;
  private triedAtExit = false;

  constructor(options: Options) {
    const { settings, problems } = readSettings(options);
    this.settings = settings;
    this.enabled = settings.enabled && !!settings.apiKey;
    const envelope = new Envelope(settings);
    const transport = new Transport(settings.endpoint, settings.apiKey ?? "", settings.timeout);
    this.delivery = new Delivery(settings, envelope, transport, this.tally, (text) => this.warn(text));
    for (const problem of problems) this.warn(problem);
    for (const name of envelope.unknownRules) this.warn(`redact: there is no rule ${name.slice(0, 40)}`);
    if (settings.enabled && !settings.apiKey) this.warn(NO_KEY);
  }

  /** Take an event; its id, or undefined where it is not recorded. Never throws. */
  record(type: string, body: { readonly [name: string]: unknown }, place: Place = {}): string | undefined {
    if (!this.enabled) return undefined;
    try {
      return this.taken(type, body, place);
    } catch (fault) {
      this.tally.captured += 1;
      this.tally.drop("internal");
      this.warn(`an event could not be recorded: ${String(fault)}`);
      return undefined;
    }
  }

  private taken(type: string, body: { readonly [name: string]: unknown }, place: Place): string | undefined {
    const { settings } = this;
    const scope = place.scope ?? here();
    if (scope.traceId === undefined) {
      if (settings.sampleRate < 1 && Math.random() >= settings.sampleRate) return undefined;
    } else if (!scope.sampled) return undefined;
    const eventId = place.eventId ?? place.where?.eventId ?? (scope.traceId === undefined ? newEventId() : childId(scope));
    const budget = new Budget(settings.maxEventBytes / 2, settings.maxText);
    const context = this.context(scope, eventId, place.where, budget);
    const made = plain(body, budget) as { [name: string]: Json };
    if (budget.cut) made["truncated"] = true;
    this.tally.captured += 1;
    const size = settings.maxEventBytes / 2 - budget.left + ENVELOPE;
    const at = place.at ?? (place.where?.at !== undefined ? Number(place.where.at) : Date.now());
    if (this.delivery.put({ eventId, type, at, context, body: made, size })) return eventId;
    this.tally.drop("buffer_full");
    return undefined;
  }

  private context(scope: Scope, eventId: string, where: Where | undefined, budget: Budget): { [name: string]: Json } {
    const context: { [name: string]: Json } = {};
    if (scope.traceId !== undefined) context["trace_id"] = scope.traceId;
    if (scope.eventId !== undefined && scope.eventId !== eventId) context["parent_event_id"] = scope.eventId;
    if (scope.sessionId !== undefined) context["session_id"] = scope.sessionId;
    if (scope.userId !== undefined) context["user_id"] = scope.userId;
    if (where) Object.assign(context, contextOf(where));
    const tags = where?.tags ? [...scope.tags, ...where.tags] : scope.tags;
    if (tags.length) context["tags"] = [...new Set(tags.map((one) => String(one).slice(0, 256)))].slice(0, 50);
    if (scope.metadata || where?.metadata) context["metadata"] = plain({ ...scope.metadata, ...where?.metadata }, budget);
    return context;
  }

  flush(timeout: number): Promise<boolean> {
    return this.enabled ? this.delivery.flush(timeout) : Promise.resolve(true);
  }

  async shutdown(timeout = this.settings.shutdownTimeout): Promise<boolean> {
    if (!this.enabled) return true;
    this.enabled = false;
    return this.delivery.stop(timeout);
  }

  /** Once for what waits then: a server that is away does not keep a process from ending. */
  sendBeforeExit(): void {
    if (!this.enabled || this.triedAtExit || !this.delivery.waiting) return;
    this.triedAtExit = true;
    void this.delivery.flush(this.settings.shutdownTimeout);
  }

  handOver(): void {
    this.delivery.handOver();
  }

  stats(): Stats {
    const { captured, sent, retried, dropped } = this.tally;
    return { captured, sent, retried, dropped: { ...dropped }, waiting: this.delivery.waiting };
  }

  /** To the host's `onError`, or to the console. What it throws is its own affair and stays here. */
  warn(text: string): void {
    try {
      if (this.settings.onError) this.settings.onError(text);
      else console.warn(`lynex: ${text}`);
    } catch {
      // a hook that fails
    }
  }
}
