/** The traces of a filter, page by page of a cursor. New ones join at the head, or wait while somebody reads further down. */

import { signal } from "../vendor/signals.js";
import { ask } from "./api.js";

/**
 * @typedef {{trace_id: string, name: string | null, type: string, start: string, end: string, duration_ms: number, status: string, events: number,
 *   errors: number, requests: number, models: string[], input_tokens: number, output_tokens: number, total_tokens: number, cost_usd: number | null,
 *   is_promoted: boolean, session_id: string | null, user_id: string | null, environment: string | null, release: string | null, tags: string[]}} TraceItem
 */

const PAGE = 100;

export class TraceList {
  /** @param {import("./api.js").Params} params  of /traces */
  constructor(params) {
    this.params = params;
    /** Grows with every change. */
    this.version = signal(0);
    this.fault = signal(/** @type {Error | null} */ (null));
    /** Traces that came while somebody was reading. */
    this.waiting = signal(0);
    /** @type {TraceItem[]} */
    this.items = [];
    /** @type {TraceItem[]} */
    this.held = [];
    /** @type {string | null} */
    this.next = "";
    this.isLoaded = false;
    this.isAsking = false;
    this.isClosed = false;
  }

  get isWhole() {
    return this.isLoaded && this.next === null;
  }

  /** The page that follows. */
  async more() {
    if (this.isAsking || this.next === null || this.isClosed) return;
    this.isAsking = true;
    try {
      const { items, next } = await ask("/traces", { ...this.params, limit: PAGE, cursor: this.next });
      const known = new Set(this.items.map((one) => one.trace_id));
      this.items = [...this.items, ...items.filter((/** @type {TraceItem} */ one) => !known.has(one.trace_id))];
      this.next = next;
      this.isLoaded = true;
      this.fault.value = null;
    } catch (fault) {
      this.fault.value = /** @type {Error} */ (fault);
    } finally {
      this.isAsking = false;
    }
    if (!this.isClosed) this.version.value += 1;
  }

  /** Ask the first page again: what is known changes in its place, what is new joins or waits. @param {boolean} isReading */
  async refresh(isReading) {
    if (this.isAsking || !this.isLoaded || this.isClosed) return;
    this.isAsking = true;
    try {
      const { items, next } = await ask("/traces", { ...this.params, limit: PAGE });
      if (!this.isClosed) this.take(items, next, isReading);
    } catch {
      // What is shown stays; the next try may be answered.
    } finally {
      this.isAsking = false;
    }
  }

  /** @param {TraceItem[]} fresh @param {string | null} next @param {boolean} isReading */
  take(fresh, next, isReading) {
    if (!isReading && this.items.length <= PAGE) {
      this.items = fresh;
      this.next = next;
    } else {
      const news = new Map(fresh.map((one) => [one.trace_id, one]));
      this.items = this.items.map((one) => news.get(one.trace_id) ?? one);
      const known = new Set(this.items.map((one) => one.trace_id));
      this.held = fresh.filter((one) => !known.has(one.trace_id));
      if (!isReading) this.items = [...this.held, ...this.items];
    }
    if (!isReading) this.held = [];
    this.waiting.value = this.held.length;
    this.version.value += 1;
  }

  /** Show what waited. */
  release() {
    this.items = [...this.held, ...this.items];
    this.held = [];
    this.waiting.value = 0;
    this.version.value += 1;
  }

  close() {
    this.isClosed = true;
  }
}
