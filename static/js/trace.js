/**
 * One trace in typed arrays, read once from the columns of /traces/{id}. Rows are in depth-first order: a parent stands
 * before what is below it, so that sums go up in one pass from the end and a folded branch is one jump to `after`.
 */

const NONE = -1;
const PLAIN = 0;
export const ORPHAN = 1;
export const CYCLE = 2;
export const ATTACHED = 4;
export const PROMOTED = 8;
export const ROLLUP = 16;
export const DUPLICATE = 32;

/** @typedef {import("./trace-list.js").TraceItem} TraceItem */

export class Trace {
  /** @param {any} answer  of /traces/{id} */
  constructor(answer) {
    const { events, calls, tools, agents, errors, outside, marks } = answer;
    /** @type {TraceItem & {root_event_id: string | null}} */
    this.facts = answer.trace;
    /** @type {Record<string, string[]>} */
    this.words = answer.dictionaries;
    this.total = /** @type {number} */ (answer.total);
    this.isCut = /** @type {boolean} */ (answer.truncated);
    this.size = /** @type {number} */ (events.id.length);
    this.shortIds = /** @type {string[]} */ (events.id);
    this.startMs = answer.start_us / 1000;
    this.parent = Int32Array.from(events.parent);
    this.start = Float64Array.from(events.start);
    /** µs; NaN: an instant, or not told. */
    this.length = Float64Array.from(events.duration, (/** @type {number | null} */ one) => one ?? NaN);
    this.failed = Uint8Array.from(events.failed);
    this.type = Int16Array.from(events.type);
    this.name = Int32Array.from(events.name);
    this.call = rowsOf(this.size, calls.row);
    this.calls = calls;
    this.tool = rowsOf(this.size, tools.row);
    this.tools = tools;
    this.agent = rowsOf(this.size, agents.row);
    this.agents = agents;
    this.error = rowsOf(this.size, errors.row);
    this.errors = errors;
    this.outside = new Map(outside.row.map((/** @type {number} */ row, /** @type {number} */ at) => [row, outside.parent[at]]));
    this.marks = marksOf(this.size, marks, calls, answer.dictionaries.scopes ?? []);
    const shape = shapeOf(this.parent);
    this.depth = shape.depth;
    /** First row that is not below. */
    this.after = shape.after;
    this.deepest = shape.deepest;
    const sums = this.sums();
    this.cost = sums.cost;
    this.tokens = sums.tokens;
    this.failedBelow = sums.failedBelow;
    this.end = this.start.reduce((end, start, row) => Math.max(end, start + (this.length[row] || 0)), 1);
    this.failures = this.tellingFailures();
  }

  /** @param {number} row */
  idOf(row) {
    const id = this.shortIds[row] ?? "";
    return id.startsWith("~") ? `${this.facts.trace_id}:${id.slice(1)}` : id;
  }

  /** @param {string} eventId @returns {number} -1: not in it */
  rowOf(eventId) {
    const prefix = `${this.facts.trace_id}:`;
    const short = eventId.startsWith(prefix) ? `~${eventId.slice(prefix.length)}` : eventId;
    const row = this.shortIds.indexOf(short);
    return row < 0 ? this.shortIds.indexOf(eventId) : row;
  }

  /** @param {number} row */
  typeOf(row) {
    return this.words["types"]?.[this.type[row] ?? NONE] ?? "custom";
  }

  /** @param {number} row */
  nameOf(row) {
    return this.words["names"]?.[this.name[row] ?? NONE] ?? "";
  }

  /** @param {number} row */
  modelOf(row) {
    return this.words["models"]?.[this.calls.model[this.call[row] ?? NONE]] ?? "";
  }

  /** A figure of a model call; undefined where the row is none. @param {number} row @param {string} column @returns {any} */
  figure(row, column) {
    return this.calls[column][this.call[row] ?? NONE];
  }

  /** @param {number} row */
  toolOf(row) {
    return this.words["tools"]?.[this.tools.tool[this.tool[row] ?? NONE]] ?? "";
  }

  /** @param {number} row */
  agentOf(row) {
    return this.words["agents"]?.[this.agents.agent[this.agent[row] ?? NONE]] ?? "";
  }

  /** As the sender counted. @param {number} row @returns {number | null} */
  stepIndexOf(row) {
    return this.agents.step_index[this.agent[row] ?? NONE] ?? null;
  }

  /** Whether its tokens and money are in the sums. @param {number} row */
  counts(row) {
    return this.call[row] !== NONE && !this.is(row, DUPLICATE) && (!this.is(row, ROLLUP) || this.is(row, PROMOTED));
  }

  /** @param {number} row */
  errorTypeOf(row) {
    return this.words["error_types"]?.[this.errors.type[this.error[row] ?? NONE]] ?? "";
  }

  /** What went wrong, in a line. @param {number} row */
  messageOf(row) {
    return this.errors.message[this.error[row] ?? NONE] ?? this.errorTypeOf(row);
  }

  /** @param {number} row */
  hasChildren(row) {
    return /** @type {number} */ (this.after[row]) > row + 1;
  }

  /** @param {number} row @param {number} mark */
  is(row, mark) {
    return (/** @type {number} */ (this.marks[row]) & mark) !== 0;
  }

  /** What counts, with all that is below: dollars (NaN: nothing had a price) and tokens; and how many failed below. */
  sums() {
    const cost = new Float64Array(this.size).fill(NaN);
    const tokens = new Float64Array(this.size);
    const failedBelow = new Int32Array(this.size);
    for (let row = this.size - 1; row >= 0; row -= 1) {
      if (this.counts(row)) {
        const own = this.figure(row, "cost_usd");
        if (own !== null) cost[row] = (cost[row] || 0) + own;
        tokens[row] = (tokens[row] ?? 0) + (this.figure(row, "input_tokens") ?? 0) + (this.figure(row, "output_tokens") ?? 0);
      }
      const parent = this.parent[row] ?? NONE;
      if (parent === NONE) continue;
      if (!Number.isNaN(cost[row])) cost[parent] = (cost[parent] || 0) + (cost[row] ?? 0);
      tokens[parent] = (tokens[parent] ?? 0) + (tokens[row] ?? 0);
      failedBelow[parent] = (failedBelow[parent] ?? 0) + (failedBelow[row] ?? 0) + (this.failed[row] ?? 0);
    }
    return { cost, tokens, failedBelow };
  }

  /** Rows where something failed of itself: not what failed because of it, nor the mute copy below it. */
  tellingFailures() {
    const isToldBelow = new Uint8Array(this.size);
    for (let row = this.size - 1; row >= 0; row -= 1) {
      const parent = this.parent[row] ?? NONE;
      if (parent !== NONE && (isToldBelow[row] || (this.failed[row] && this.messageOf(row)))) isToldBelow[parent] = 1;
    }
    const found = [];
    for (let row = 0; row < this.size; row += 1) {
      if (!this.failed[row] || isToldBelow[row]) continue;
      const parent = this.parent[row] ?? NONE;
      if (this.messageOf(row) || parent === NONE || !this.failed[parent] || !this.messageOf(parent)) found.push(row);
    }
    return found;
  }
}

/** Row → place in a table of few rows, -1 for none. @param {number} size @param {number[]} rows */
function rowsOf(size, rows) {
  const places = new Int32Array(size).fill(NONE);
  for (const [place, row] of rows.entries()) places[row] = place;
  return places;
}

/** @param {number} size @param {Record<string, number[]>} marks @param {{row: number[], scope: number[]}} calls @param {string[]} scopes */
function marksOf(size, marks, calls, scopes) {
  const all = new Uint8Array(size).fill(PLAIN);
  const named = /** @type {const} */ ([["orphan", ORPHAN], ["cycle", CYCLE], ["attached", ATTACHED], ["promoted", PROMOTED]]);
  for (const [name, mark] of named) for (const row of marks[name] ?? []) all[row] = (all[row] ?? 0) | mark;
  for (const [at, row] of calls.row.entries()) {
    const scope = scopes[calls.scope[at] ?? NONE];
    if (scope === "rollup") all[row] = (all[row] ?? 0) | ROLLUP;
    else if (scope === "duplicate") all[row] = (all[row] ?? 0) | DUPLICATE;
  }
  return all;
}

/** @param {Int32Array} parents */
function shapeOf(parents) {
  const size = parents.length;
  const depth = new Uint16Array(size);
  const after = Int32Array.from(parents, (_, row) => row + 1);
  let deepest = 0;
  for (let row = 0; row < size; row += 1) {
    const parent = parents[row] ?? NONE;
    if (parent !== NONE) depth[row] = Math.min(65_535, (depth[parent] ?? 0) + 1);
    deepest = Math.max(deepest, depth[row] ?? 0);
  }
  for (let row = size - 1; row >= 0; row -= 1) {
    const parent = parents[row] ?? NONE;
    if (parent !== NONE) after[parent] = Math.max(after[parent] ?? 0, after[row] ?? 0);
  }
  return { depth, after, deepest };
}
