/**
 * A trace as steps: model calls, tool calls, retrievals and messages in order of time, and whatever the sender counted as a
 * step. An agent's action around one model call is that call's; what an event belongs to is told by `owner`.
 */

import { ATTACHED, DUPLICATE, PROMOTED, ROLLUP } from "./trace.js";

/** @typedef {import("./trace.js").Trace} Trace */
/**
 * `row`: the event that is the step. `holder`: the agent's action it was done for, -1 for none. `depth`: steps around it.
 * `start`, `end`: µs of the trace.
 * @typedef {{row: number, holder: number, depth: number, start: number, end: number}} Step
 */

const NONE = -1;
const ALWAYS = new Set(["model_response", "tool_call", "retrieval", "message"]);

export class Steps {
  /** @param {Trace} trace */
  constructor(trace) {
    this.trace = trace;
    const isStep = stepRows(trace);
    this.isTurn = turnsOf(trace);
    const holders = holdersOf(trace, isStep, this.isTurn);
    const depths = new Int32Array(trace.size);
    /** @type {Step[]} */
    this.list = [];
    for (let row = 0; row < trace.size; row += 1) {
      const parent = trace.parent[row] ?? NONE;
      if (parent !== NONE) depths[row] = (depths[parent] ?? 0) + (isStep[parent] ?? 0);
      if (!isStep[row]) continue;
      const start = trace.start[row] ?? 0;
      this.list.push({ row, holder: holders[row] ?? NONE, depth: depths[row] ?? 0, start, end: start + (trace.length[row] || 0) });
    }
    this.list.sort((one, other) => one.start - other.start || one.row - other.row);
    this.owner = this.owners();
    /** Dollars (NaN: no price known yet) from the beginning through each step. */
    this.cost = this.costs();
    this.failed = this.list.flatMap(({ row }, index) => (trace.failed[row] ? [index] : []));
    this.end = Math.max(trace.end, 1);
  }

  get size() {
    return this.list.length;
  }

  /** @param {number} index @returns {Step} */
  at(index) {
    return /** @type {Step} */ (this.list[index]);
  }

  /** The id of its event. @param {number} index */
  idOf(index) {
    return this.trace.idOf(this.at(index).row);
  }

  /** @param {number} index */
  typeOf(index) {
    return this.trace.typeOf(this.at(index).row);
  }

  /** @param {number} index */
  hasFailed(index) {
    return this.trace.failed[this.at(index).row] === 1;
  }

  /** @param {number} index */
  nameOf(index) {
    const { row } = this.at(index);
    return this.trace.nameOf(row) || (this.trace.typeOf(row) === "model_response" && this.trace.modelOf(row)) || this.trace.typeOf(row);
  }

  /** The tool a step calls; "" for none. @param {number} index */
  toolOf(index) {
    const { row } = this.at(index);
    return this.trace.typeOf(row) === "tool_call" ? this.trace.toolOf(row) || this.trace.nameOf(row) : "";
  }

  /** The step a step is done within; -1 for none. @param {number} index */
  around(index) {
    const { parent } = this.trace;
    for (let up = parent[this.at(index).row] ?? NONE; up !== NONE; up = parent[up] ?? NONE) {
      const owner = this.owner[up] ?? NONE;
      if (this.list[owner]?.row === up) return owner;
    }
    return NONE;
  }

  /** The step running at a moment, else the last before it. @param {number} moment  µs */
  indexAt(moment) {
    let low = 0;
    let high = this.list.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.at(middle).start <= moment) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Row → index of its step: the one it is, or is in; else the one it was done for or leads to; else the last before it. */
  owners() {
    const { trace, list } = this;
    const owner = new Int32Array(trace.size).fill(NONE);
    if (!list.length) return owner;
    const first = new Int32Array(trace.size).fill(NONE);
    for (const [index, { row, holder }] of list.entries()) {
      owner[row] = index;
      if (holder !== NONE) owner[holder] = index;
      for (let up = trace.parent[row] ?? NONE; up !== NONE && first[up] === NONE; up = trace.parent[up] ?? NONE) first[up] = index;
    }
    for (let row = 0; row < trace.size; row += 1) {
      if (owner[row] !== NONE) continue;
      const parent = trace.parent[row] ?? NONE;
      const above = parent === NONE ? NONE : owner[parent] ?? NONE;
      if (first[row] !== NONE) owner[row] = first[row] ?? NONE;
      else owner[row] = above !== NONE && first[parent] === NONE ? above : this.indexAt(trace.start[row] ?? 0);
    }
    return owner;
  }

  /** What counts, added up from step to step. */
  costs() {
    const { trace, list, owner } = this;
    const cost = new Float64Array(list.length).fill(NaN);
    for (let row = 0; row < trace.size; row += 1) {
      const index = owner[row] ?? NONE;
      if (index === NONE || !trace.counts(row)) continue;
      const own = trace.figure(row, "cost_usd");
      if (own !== null) cost[index] = (cost[index] || 0) + own;
    }
    for (let index = 1; index < list.length; index += 1) {
      const before = cost[index - 1] ?? NaN;
      if (!Number.isNaN(before)) cost[index] = (cost[index] || 0) + before;
    }
    return cost;
  }
}

/** Which rows are steps. @param {Trace} trace */
function stepRows(trace) {
  const { size } = trace;
  const isStep = new Uint8Array(size);
  const isInside = new Uint8Array(size); // in a retrieval: what a search does is no step
  const isAround = new Uint8Array(size); // holds steps
  for (let row = 0; row < size; row += 1) {
    const parent = trace.parent[row] ?? NONE;
    if (parent !== NONE) isInside[row] = isInside[parent] || (isStep[parent] && trace.typeOf(parent) === "retrieval") ? 1 : 0;
    isStep[row] = !isInside[row] && isByType(trace, row) ? 1 : 0;
  }
  for (let row = size - 1; row >= 0; row -= 1) {
    if (!isStep[row] && !isInside[row] && !isAround[row] && isLast(trace, row)) isStep[row] = 1;
    const parent = trace.parent[row] ?? NONE;
    if (parent !== NONE && (isStep[row] || isAround[row])) isAround[parent] = 1;
  }
  return isStep;
}

/** @param {Trace} trace @param {number} row */
function isByType(trace, row) {
  const type = trace.typeOf(row);
  const parent = trace.parent[row] ?? NONE;
  const above = parent === NONE ? "" : trace.typeOf(parent);
  if (!ALWAYS.has(type) || trace.is(row, DUPLICATE)) return false;
  if (type === "model_response" && trace.is(row, ROLLUP) && !trace.is(row, PROMOTED)) return false;
  if (type === "message") return !(trace.is(row, ATTACHED) && ALWAYS.has(above));
  // Two instrumentations tell one call of a tool one inside the other.
  return !(type === "tool_call" && above === "tool_call" && trace.nameOf(parent) === trace.nameOf(row));
}

/** What holds no step is one where the sender counted it, where an agent acted, or where something failed by itself. @param {Trace} trace @param {number} row */
function isLast(trace, row) {
  const type = trace.typeOf(row);
  if (trace.is(row, DUPLICATE)) return false;
  if (trace.stepIndexOf(row) !== null || type === "agent_action") return true;
  const parent = trace.parent[row] ?? NONE;
  return type === "error" && !(parent !== NONE && ALWAYS.has(trace.typeOf(parent)));
}

/** Actions of agents that are one turn, and no run of several: the sender counted them, and counted nothing in the first. @param {Trace} trace */
function turnsOf(trace) {
  const isTurn = new Uint8Array(trace.size);
  const counted = new Uint8Array(trace.size); // holds what was counted
  for (let row = trace.size - 1; row >= 0; row -= 1) {
    const number = trace.stepIndexOf(row);
    isTurn[row] = trace.typeOf(row) === "agent_action" && number !== null && (number > 0 || !counted[row]) ? 1 : 0;
    const parent = trace.parent[row] ?? NONE;
    if (parent !== NONE && (number !== null || counted[row])) counted[parent] = 1;
  }
  return isTurn;
}

/** Of each step the agent's action it was done for: the first model call of a turn, or the only one of an action, else the first of a turn. @param {Trace} trace @param {Uint8Array} isStep @param {Uint8Array} isTurn */
function holdersOf(trace, isStep, isTurn) {
  const holders = new Int32Array(trace.size).fill(NONE);
  const calls = new Int32Array(trace.size + 1); // model calls from a row on
  const [nextStep, nextCall] = [new Int32Array(trace.size + 1).fill(trace.size), new Int32Array(trace.size + 1).fill(trace.size)];
  for (let row = trace.size - 1; row >= 0; row -= 1) {
    const isCall = isStep[row] === 1 && trace.typeOf(row) === "model_response";
    calls[row] = /** @type {number} */ (calls[row + 1]) + (isCall ? 1 : 0);
    nextStep[row] = isStep[row] ? row : /** @type {number} */ (nextStep[row + 1]);
    nextCall[row] = isCall ? row : /** @type {number} */ (nextCall[row + 1]);
  }
  for (let row = 0; row < trace.size; row += 1) {
    if (trace.typeOf(row) !== "agent_action" || isStep[row]) continue;
    const after = /** @type {number} */ (trace.after[row]);
    const [step, call] = [/** @type {number} */ (nextStep[row]), /** @type {number} */ (nextCall[row])];
    const isOnly = trace.parent[row] !== NONE && (calls[row] ?? 0) - (calls[after] ?? 0) === 1;
    if (call < after && (isTurn[row] || isOnly)) holders[call] = row;
    else if (step < after && isTurn[row]) holders[step] = row;
  }
  return holders;
}
