/** What an agent held in state and memory at a step: told whole, or as a patch (RFC 7396) of what another event told. */

import { isBranch } from "./json-diff.js";
import { DUPLICATE } from "./trace.js";

/** @typedef {import("./steps.js").Steps} Steps */
/** @typedef {import("./events.js").Event} Event */
/** @typedef {(id: string) => Event | null | undefined} Read  null: no such event; undefined: not here yet */
/**
 * `needs`: events to fetch before this can be told. `stateAt`, `memoryAt`: the step that told it, -1 for none. `isPartial`: a state that
 * patches go back to never arrived. @typedef {{state: unknown, memory: unknown, stateAt: number, memoryAt: number, isPartial: boolean, needs: string[]}} Held
 */
/** An agent's action: from which step on it may tell, and for which rows. @typedef {{row: number, at: number, first: number, after: number}} Telling */

const AHEAD = 60; // actions fetched together: the SDKs tell a whole state every fifty steps
const FORGOTTEN = 12; // actions without memory after which none is sought
const LONGEST_CHAIN = 5000;
/** @type {Held} */
const NOTHING = { state: undefined, memory: undefined, stateAt: -1, memoryAt: -1, isPartial: false, needs: [] };

export class StepStates {
  /** @param {Steps} steps */
  constructor(steps) {
    this.steps = steps;
    /** @type {Telling[]} by the step from which on each tells */
    this.tellings = tellingsOf(steps);
  }

  /** @param {number} index @param {Read} read @returns {Held} */
  at(index, read) {
    const row = this.steps.list[index]?.row ?? -1;
    const { tellings } = this;
    /** @type {Held} */
    let held = { ...NOTHING };
    let left = FORGOTTEN;
    for (let last = tellings.findLastIndex(({ at }) => at <= index); last >= 0 && left > 0 && (held.stateAt < 0 || held.memoryAt < 0); last -= 1) {
      const telling = /** @type {Telling} */ (tellings[last]);
      if (row < telling.first || row >= telling.after) continue;
      const event = read(this.idOf(telling));
      if (event === undefined) return { ...NOTHING, needs: this.before(last) };
      const body = event?.body ?? {};
      if (held.memoryAt < 0 && body["memory"] !== undefined) held = { ...held, memory: body["memory"], memoryAt: telling.at };
      if (held.stateAt < 0 && (body["state"] !== undefined || body["state_patch"] !== undefined)) {
        const { missing, links, ...whole } = resolved(this.idOf(telling), read);
        if (missing !== null) return { ...NOTHING, needs: [missing, ...this.before(last - links)] };
        held = { ...held, ...whole, stateAt: telling.at };
      }
      if (held.stateAt >= 0) left -= 1;
    }
    return held;
  }

  /** Events of agents' actions, at most so many. @param {number} most */
  ids(most) {
    return this.tellings.slice(0, most).map((telling) => this.idOf(telling));
  }

  /** @param {Telling} telling */
  idOf({ row }) {
    return this.steps.trace.idOf(row);
  }

  /** @param {number} last */
  before(last) {
    return this.tellings.slice(Math.max(0, last - AHEAD), last + 1).map((telling) => this.idOf(telling));
  }
}

/** A whole state with all patches since; or which event is missing after so many links. @param {string} id @param {Read} read @returns {Pick<Held, "state" | "isPartial"> & {missing: string | null, links: number}} */
function resolved(id, read) {
  /** @type {unknown[]} */
  const patches = [];
  /** @type {string | undefined} */
  let next = id;
  while (next && patches.length < LONGEST_CHAIN) {
    const event = read(next);
    if (event === undefined) return { state: undefined, isPartial: false, missing: next, links: patches.length };
    if (event?.body["state"] !== undefined) return { state: patches.reduceRight(merged, event.body["state"]), isPartial: false, missing: null, links: patches.length };
    if (event?.body["state_patch"] === undefined) break;
    patches.push(event.body["state_patch"]);
    next = event.body["state_base"];
  }
  return { state: patches.reduceRight(merged, {}), isPartial: true, missing: null, links: patches.length };
}

/** JSON merge patch, RFC 7396. @param {unknown} target @param {unknown} patch @returns {unknown} */
function merged(target, patch) {
  if (!isBranch(patch) || Array.isArray(patch)) return patch;
  /** @type {Record<string, unknown>} */
  const result = isBranch(target) && !Array.isArray(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else Object.defineProperty(result, name, { value: merged(Object.hasOwn(result, name) ? result[name] : undefined, value), enumerable: true, configurable: true, writable: true });
  }
  return result;
}

/**
 * A run – an action around steps that was not counted as one – tells from its first step on, and for its own steps. Any other
 * tells when it is done, and for the run it is part of.
 * @param {Steps} steps @returns {Telling[]}
 */
function tellingsOf(steps) {
  const { trace, owner } = steps;
  const [first, last] = [new Int32Array(trace.size).fill(-1), new Int32Array(trace.size).fill(-1)];
  for (const [index, { row }] of steps.list.entries()) {
    first[row] = first[row] === -1 ? index : Math.min(first[row] ?? index, index);
    last[row] = Math.max(last[row] ?? -1, index);
  }
  for (let row = trace.size - 1; row >= 0; row -= 1) {
    const parent = trace.parent[row] ?? -1;
    if (parent < 0 || first[row] === -1) continue;
    first[parent] = first[parent] === -1 ? /** @type {number} */ (first[row]) : Math.min(first[parent] ?? 0, first[row] ?? 0);
    last[parent] = Math.max(last[parent] ?? -1, last[row] ?? -1);
  }
  const run = new Int32Array(trace.size).fill(-1); // the run a row is in
  const agent = new Int32Array(trace.size).fill(-1); // the action a row is in
  /** @type {Telling[]} */
  const tellings = [];
  for (let row = 0; row < trace.size; row += 1) {
    const parent = trace.parent[row] ?? -1;
    if (parent >= 0) {
      run[row] = isRun(parent) ? parent : run[parent] ?? -1;
      agent[row] = trace.typeOf(parent) === "agent_action" ? parent : agent[parent] ?? -1;
    }
    if (trace.typeOf(row) !== "agent_action" || trace.is(row, DUPLICATE)) continue;
    const around = isRun(row) ? row : run[row] ?? -1;
    const reach = around < 0 ? { first: 0, after: trace.size } : { first: around, after: trace.after[around] ?? trace.size };
    const index = isRun(row) ? first[row] : last[row] === -1 ? owner[row] : last[row];
    tellings.push({ row, at: index ?? 0, ...reach });
  }
  return tellings.sort((one, other) => one.at - other.at || one.row - other.row);

  /** @param {number} row */
  function isRun(row) {
    if (trace.typeOf(row) !== "agent_action" || steps.isTurn[row] || first[row] === -1 || !trace.hasChildren(row)) return false;
    const above = agent[row] ?? -1;
    return steps.list[owner[row] ?? -1]?.holder !== row || (above >= 0 && trace.agentOf(above) !== trace.agentOf(row));
  }
}
