/** Whole events of one trace, fetched in pages as steps need them, and let go again when there are too many. */

import { signal } from "../vendor/signals.js";
import { send } from "./api.js";
import { project } from "./state.js";

/** @typedef {import("./events.js").Event} Event */

const PAGE = 200;
const MOST_KEPT = 4000;

export class StepBodies {
  /** @param {string} traceId */
  constructor(traceId) {
    this.traceId = traceId;
    /** Grows when events have come. */
    this.version = signal(0);
    this.fault = signal(/** @type {Error | null} */ (null));
    /** @type {Map<string, Event | null>} null: there is no such event */
    this.kept = new Map();
    /** @type {Set<string>} */
    this.wanted = new Set();
    this.isAsking = false;
  }

  /** @param {string} id @returns {Event | null | undefined} undefined: not here yet */
  get(id) {
    return this.kept.get(id);
  }

  /** @param {Iterable<string>} ids */
  need(ids) {
    for (const id of ids) {
      const event = this.kept.get(id);
      if (event === undefined) this.wanted.add(id);
      else {
        this.kept.delete(id); // the last to be let go
        this.kept.set(id, event);
      }
    }
    if (!this.wanted.size || this.isAsking || this.fault.peek()) return;
    this.isAsking = true;
    queueMicrotask(() => void this.look()); // with what else is needed for the same sight
  }

  again() {
    this.fault.value = null;
    this.need([]);
  }

  async look() {
    try {
      while (this.wanted.size) {
        const ids = [...this.wanted].slice(0, PAGE);
        const answer = await send("POST", "/events/lookup", { ids, trace_id: this.traceId }, { project_id: project.peek()?.id });
        for (const event of answer.items) this.keep(event.eventId, event);
        for (const id of answer.missing) this.keep(id, null);
        if (!answer.items.length) for (const id of ids) this.keep(id, null);
        this.version.value += 1;
      }
    } catch (fault) {
      this.fault.value = /** @type {Error} */ (fault);
    } finally {
      this.isAsking = false;
    }
  }

  /** @param {string} id @param {Event | null} event */
  keep(id, event) {
    this.wanted.delete(id);
    this.kept.set(id, event);
    if (this.kept.size > MOST_KEPT) this.kept.delete(this.kept.keys().next().value ?? "");
  }
}
