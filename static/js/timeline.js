/**
 * The events of a filter, newest first, in pages of a cursor. Pages far from what is shown are let go and asked for again,
 * so that a million rows cost no more than a few thousand. Live events join at the head, or wait while somebody reads.
 */

import { signal } from "../vendor/signals.js";
import { addressOf, ask } from "./api.js";

/** @typedef {import("./events.js").Event} Event */
/** @typedef {import("./api.js").Params} Params */
/** @typedef {{from: Params, size: number, items: Event[] | null, isAsked: boolean}} Page  `from`: cursor, or `to`, or nothing */

const PAGE = 200;
const PAGES_KEPT = 12; // on each side of what is shown
const HEAD_MOST = 1200;
const HEAD_LEFT = 400;
const WAITING_MOST = 400;
const RATE_MS = 5000;

export class Timeline {
  /** @param {Params} params  of /events */
  constructor(params) {
    this.params = params;
    this.key = addressOf("", params);
    /** Grows with every change. */
    this.version = signal(0);
    this.fault = signal(/** @type {Error | null} */ (null));
    /** Events that came while somebody was reading. */
    this.waiting = signal(0);
    this.isLoaded = false;
    /** @type {Page[]} */
    this.pages = [];
    /** @type {Event[]} */
    this.head = [];
    /** @type {Params | null} null: nothing follows */
    this.next = {};
    this.isAsking = false;
    this.isClosed = false;
    /** @type {Set<string>} */
    this.known = new Set();
    /** @type {Event[]} */
    this.kept = [];
    /** @type {number[]} */
    this.arrivals = [];
  }

  close() {
    this.isClosed = true;
  }

  get size() {
    return this.head.length + this.pages.reduce((total, page) => total + page.size, 0);
  }

  get isWhole() {
    return this.isLoaded && this.next === null;
  }

  /** The event of a row; undefined while its page is fetched again. @param {number} row @returns {Event | undefined} */
  at(row) {
    if (row < this.head.length) return this.head[row];
    let rest = row - this.head.length;
    for (const page of this.pages) {
      if (rest < page.size) return page.items?.[rest];
      rest -= page.size;
    }
    return undefined;
  }

  /** @param {string} eventId @returns {number} -1: not among the rows that are held */
  rowOf(eventId) {
    const inHead = this.head.findIndex((event) => event.eventId === eventId);
    if (inHead >= 0) return inHead;
    let before = this.head.length;
    for (const page of this.pages) {
      const index = page.items?.findIndex((event) => event.eventId === eventId) ?? -1;
      if (index >= 0) return before + index;
      before += page.size;
    }
    return -1;
  }

  /** Make rows available: what was let go, and what follows when the end is near. @param {number} first @param {number} last */
  need(first, last) {
    let before = this.head.length;
    for (const page of this.pages) {
      const end = before + page.size;
      const isNear = first - PAGE < end && before < last + PAGE;
      const isFar = end < first - PAGES_KEPT * PAGE || before > last + PAGES_KEPT * PAGE;
      if (isNear && !page.items) void this.fetchAgain(page);
      else if (isFar && page.items) page.items = null;
      before = end;
    }
    if (this.next && last + PAGE / 2 > before) void this.more();
  }

  async more() {
    if (this.isAsking || !this.next || this.isClosed) return;
    this.isAsking = true;
    const from = this.next;
    try {
      const { items, next } = await ask("/events", { ...this.params, ...from, limit: PAGE });
      if (this.isClosed) return;
      const fresh = this.pages.length || !this.head.length ? items.filter((/** @type {Event} */ event) => !this.known.has(event.eventId)) : items;
      for (const event of fresh) this.known.add(event.eventId);
      this.head = this.pages.length ? this.head : this.head.filter((event) => !items.some((/** @type {Event} */ one) => one.eventId === event.eventId));
      this.pages.push({ from, size: fresh.length, items: fresh, isAsked: false });
      this.next = next ? { cursor: next } : null;
      this.isLoaded = true;
      this.fault.value = null;
    } catch (fault) {
      this.fault.value = /** @type {Error} */ (fault);
    } finally {
      this.isAsking = false;
    }
    this.version.value += 1;
  }

  /** @param {Page} page */
  async fetchAgain(page) {
    if (page.isAsked) return;
    page.isAsked = true;
    try {
      const { items } = await ask("/events", { ...this.params, ...page.from, limit: PAGE });
      page.items = items.slice(0, page.size);
      page.size = page.items?.length ?? 0;
      this.version.value += 1;
    } catch (fault) {
      this.fault.value = /** @type {Error} */ (fault);
    } finally {
      page.isAsked = false;
    }
  }

  /** Live events, as many as came together. @param {Event[]} events @param {boolean} isReading  then they wait */
  arrive(events, isReading) {
    const now = performance.now();
    this.arrivals.push(...events.map(() => now));
    const fresh = events.filter((event) => !this.known.has(event.eventId));
    for (const event of fresh) this.known.add(event.eventId);
    if (!fresh.length) return;
    if (isReading) {
      this.kept = [...this.kept, ...fresh].slice(-WAITING_MOST);
      this.waiting.value += fresh.length;
    } else this.join(fresh);
  }

  /** Events a second, lately. */
  rate() {
    const since = performance.now() - RATE_MS;
    const first = this.arrivals.findIndex((at) => at >= since);
    this.arrivals = first < 0 ? [] : this.arrivals.slice(first);
    return this.arrivals.length / (RATE_MS / 1000);
  }

  /** Show what waited. False: too many waited, and the list must be asked for anew. */
  release() {
    const all = this.waiting.peek() <= this.kept.length;
    const kept = this.kept;
    this.kept = [];
    this.waiting.value = 0;
    if (all) this.join(kept);
    return all;
  }

  /** @param {Event[]} events */
  join(events) {
    this.head = [...events, ...this.head].sort((one, other) => (one.at < other.at ? 1 : one.at > other.at ? -1 : 0));
    if (this.head.length > HEAD_MOST) this.shorten();
    this.version.value += 1;
  }

  /** Following for hours must not grow: what has gone far below is asked for again by its time when somebody scrolls there. */
  shorten() {
    this.head = this.head.slice(0, HEAD_LEFT);
    this.pages = [];
    this.known = new Set(this.head.map((event) => event.eventId));
    const last = /** @type {Event} */ (this.head.at(-1));
    this.next = { range: null, from: /** @type {string | undefined} */ (this.params["from"]), to: new Date(Date.parse(last.at) + 1).toISOString() };
  }
}
