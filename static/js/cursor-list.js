/** A list the API gives page by page of a cursor. New items join at the head, or wait while somebody reads further down. */

import { signal } from "../vendor/signals.js";
import { ask } from "./api.js";

const PAGE = 100;

/** @template {Record<string, any>} T */
export class CursorList {
  /** @param {string} path  of the API @param {(item: T) => string} idOf @param {import("./api.js").Params} params @param {number} [page]  items asked for at once */
  constructor(path, idOf, params, page = PAGE) {
    this.path = path;
    this.idOf = idOf;
    this.page = page;
    this.params = params;
    /** Grows with every change. */
    this.version = signal(0);
    this.fault = signal(/** @type {Error | null} */ (null));
    /** How many came while somebody was reading. */
    this.waiting = signal(0);
    /** @type {T[]} */
    this.items = [];
    /** @type {T[]} */
    this.held = [];
    /** What else the first page told. @type {Record<string, any>} */
    this.told = {};
    /** @type {string | null} */
    this.next = "";
    /** Where the last page begins. @type {string | null} */
    this.last = "";
    this.isLoaded = false;
    this.isAsking = false;
    this.isOutdated = false;
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
      const answer = await ask(this.path, { ...this.params, limit: this.page, cursor: this.next });
      const known = new Set(this.items.map((one) => this.idOf(one)));
      this.items = [...this.items, ...answer.items.filter((/** @type {T} */ one) => !known.has(this.idOf(one)))];
      if (!this.isLoaded) this.told = answer;
      this.last = this.next;
      this.next = answer.next;
      this.isLoaded = true;
      this.fault.value = null;
    } catch (fault) {
      this.fault.value = /** @type {Error} */ (fault);
    } finally {
      this.isAsking = false;
    }
    if (!this.isClosed) this.version.value += 1;
    await this.catchUp(false);
  }

  /**
   * Ask the first page again: what is known changes in its place, what is new joins or waits.
   * @param {boolean} isReading @param {boolean} [isChanged]  something was just changed: an answer on its way may not know
   */
  async refresh(isReading, isChanged = false) {
    this.isOutdated ||= isChanged && this.isAsking;
    if (this.isAsking || !this.isLoaded || this.isClosed) return;
    this.isAsking = true;
    try {
      const answer = await ask(this.path, { ...this.params, limit: this.page });
      if (!this.isClosed) this.take(answer, isReading);
    } catch {
      // What is shown stays; the next try may be answered.
    } finally {
      this.isAsking = false;
    }
    await this.catchUp(isReading);
  }

  /** Ask again where something was changed while an answer was on its way. @param {boolean} isReading */
  async catchUp(isReading) {
    if (!this.isOutdated) return;
    this.isOutdated = false;
    await this.refresh(isReading);
  }

  /** @param {Record<string, any>} answer @param {boolean} isReading */
  take(answer, isReading) {
    /** @type {T[]} */
    const fresh = answer["items"];
    this.told = answer;
    if (!isReading && this.items.length <= this.page) {
      this.items = fresh;
      this.next = answer["next"];
    } else {
      const news = new Map(fresh.map((one) => [this.idOf(one), one]));
      this.items = this.items.map((one) => news.get(this.idOf(one)) ?? one);
      const known = new Set(this.items.map((one) => this.idOf(one)));
      this.held = fresh.filter((one) => !known.has(this.idOf(one)));
      if (!isReading) this.items = [...this.held, ...this.items];
    }
    if (!isReading) this.held = [];
    this.waiting.value = this.held.length;
    this.version.value += 1;
  }

  /** Ask the last page again, where new items come last: what is known changes in its place, what is new follows. */
  async refreshEnd() {
    if (this.isAsking || !this.isWhole || this.isClosed) return;
    this.isAsking = true;
    try {
      const answer = await ask(this.path, { ...this.params, limit: this.page, cursor: this.last });
      const news = new Map(answer.items.map((/** @type {T} */ one) => [this.idOf(one), one]));
      const known = this.items.map((one) => news.get(this.idOf(one)) ?? one);
      const ids = new Set(known.map(this.idOf));
      this.items = [...known, ...answer.items.filter((/** @type {T} */ one) => !ids.has(this.idOf(one)))];
      this.told = answer;
      this.next = answer.next;
    } catch {
      // What is shown stays; the next try may be answered.
    } finally {
      this.isAsking = false;
    }
    if (!this.isClosed) this.version.value += 1;
  }

  /** Show these no longer. @param {ReadonlySet<string>} ids */
  drop(ids) {
    this.items = this.items.filter((one) => !ids.has(this.idOf(one)));
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
