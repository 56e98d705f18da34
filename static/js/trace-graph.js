/** What called what in a trace, or what came after what: rows that are alike below the same agent are one node, however often. */

import { ATTACHED } from "./trace.js";

/** @typedef {import("./trace.js").Trace} Trace */
/**
 * @typedef {{type: string, name: string, model: string, agent: string, rows: number[], failed: number, us: number, cost: number, tokens: number, again: number}} GraphNode
 * `agent`: below which; `again`: how often it came right after or below itself
 * @typedef {{from: number, to: number, count: number, hasFailed: boolean}} GraphEdge
 * @typedef {"calls" | "order"} Follows
 * @typedef {{nodes: GraphNode[], edges: GraphEdge[], nodeOf: Int32Array, joined: number, leftOut: number}} Graph
 * `nodeOf`: of each row; what is only told beside a step belongs to the step. `joined`: how many kinds of step there are, where some had to share a node.
 * `leftOut`: ways between nodes that were gone too seldom to be drawn
 */

export const MOST_NODES = 90;
/** More would be a thicket, and take seconds to lay out. */
export const MOST_EDGES = 240;
const TYPES = 11; // of events: the rarest kinds of each may come to share a node
const FACTS = new Set(["log", "token_usage", "eval_metric", "message", "error"]);
const AT_ONCE_US = 1000; // clocks round to a millisecond: so much is no overlap
const NONE = -1;

/** How a kind of step is told apart, finer first. @type {((kind: Kind) => string)[]} */
const APART = [
  ({ agent, type, name, model }) => [agent, type, name, model].join("\n"),
  ({ agent, type, name, model }) => [agent, type, unnumbered(name), model].join("\n"),
  ({ type, name, model }) => ["", type, unnumbered(name), model].join("\n"),
];
/** @typedef {{agent: string, type: string, name: string, model: string}} Kind */

/** @param {string} name */
const unnumbered = (name) => name.replace(/\d+/g, "#");

/** @param {Trace} trace @param {Follows} follows @returns {Graph} */
export function graphOf(trace, follows) {
  const step = nearestSteps(trace);
  const { nodes, nodeOf, joined } = nodesOf(trace, step);
  const edges = edgesOf(trace, step, nodeOf, nodes, follows).sort((one, other) => other.count - one.count);
  return { nodes, edges: edges.slice(0, MOST_EDGES), nodeOf, joined, leftOut: Math.max(0, edges.length - MOST_EDGES) };
}

/** For each row the step it is, or is told beside; -1 above the first. @param {Trace} trace */
function nearestSteps(trace) {
  const isFact = (trace.words["types"] ?? []).map((type) => FACTS.has(type));
  const nearest = new Int32Array(trace.size);
  let steps = 0;
  for (let row = 0; row < trace.size; row += 1) {
    const isStep = !isFact[trace.type[row] ?? NONE] && !trace.is(row, ATTACHED);
    if (isStep) steps += 1;
    const parent = trace.parent[row] ?? NONE;
    nearest[row] = isStep ? row : parent < 0 ? NONE : nearest[parent] ?? NONE;
  }
  return steps ? nearest : nearest.map((_, row) => row);
}

/** @param {Trace} trace @param {Int32Array} step */
function nodesOf(trace, step) {
  const kinds = kindsOf(trace, step);
  const finest = new Set(kinds.filter(Boolean).map((kind) => APART[0]?.(/** @type {Kind} */ (kind)))).size;
  let apart = APART.find((one) => new Set(kinds.map((kind) => kind && one(kind))).size <= MOST_NODES + 1) ?? APART[2];
  apart = withMost(kinds, /** @type {(kind: Kind) => string} */ (apart));
  const places = new Map();
  /** @type {GraphNode[]} */
  const nodes = [];
  const nodeOf = new Int32Array(trace.size).fill(NONE);
  for (const [row, kind] of kinds.entries()) {
    if (!kind) continue;
    const key = apart(kind);
    let place = places.get(key);
    if (place === undefined) {
      const [agent = "", type = "", name = "", model = ""] = key.split("\n");
      place = nodes.push({ type, name, model, agent, rows: [], failed: 0, us: 0, cost: NaN, tokens: 0, again: 0 }) - 1;
      places.set(key, place);
    }
    nodeOf[row] = place;
    add(/** @type {GraphNode} */ (nodes[place]), trace, row);
  }
  for (let row = 0; row < trace.size; row += 1) if (nodeOf[row] === NONE && (step[row] ?? NONE) >= 0) nodeOf[row] = nodeOf[step[row] ?? NONE] ?? NONE;
  return { nodes, nodeOf, joined: finest > nodes.length ? finest : 0 };
}

/** @param {GraphNode} node @param {Trace} trace @param {number} row */
function add(node, trace, row) {
  node.rows.push(row);
  node.failed += trace.failed[row] ?? 0;
  node.us += trace.length[row] || 0;
  if (!trace.counts(row)) return;
  const cost = trace.figure(row, "cost_usd");
  if (cost !== null) node.cost = (node.cost || 0) + cost;
  node.tokens += (trace.figure(row, "input_tokens") ?? 0) + (trace.figure(row, "output_tokens") ?? 0);
}

/** Of each step its kind; undefined of a row that is none. @param {Trace} trace @param {Int32Array} step */
function kindsOf(trace, step) {
  const agents = /** @type {string[]} */ (new Array(trace.size));
  /** @type {(Kind | undefined)[]} */
  const kinds = new Array(trace.size);
  for (let row = 0; row < trace.size; row += 1) {
    const parent = trace.parent[row] ?? NONE;
    const above = parent < 0 ? "" : agents[parent] ?? "";
    const type = trace.typeOf(row);
    const isAgent = type === "agent_action";
    const name = ((isAgent && trace.agentOf(row)) || (type === "tool_call" && trace.toolOf(row)) || trace.nameOf(row)).replaceAll("\n", " ");
    agents[row] = isAgent ? name : above;
    if (step[row] === row) kinds[row] = { agent: isAgent ? "" : above, type, name, model: trace.modelOf(row).replaceAll("\n", " ") };
  }
  return kinds;
}

/** The same, with the smallest kinds joined by type where there are still too many. @param {(Kind | undefined)[]} kinds @param {(kind: Kind) => string} apart */
function withMost(kinds, apart) {
  /** @type {Map<string, number>} */
  const sizes = new Map();
  for (const kind of kinds) if (kind) sizes.set(apart(kind), (sizes.get(apart(kind)) ?? 0) + (kind.type === "agent_action" ? 1000 : 1));
  if (sizes.size <= MOST_NODES) return apart;
  const kept = new Set([...sizes].sort(([, one], [, other]) => other - one).slice(0, MOST_NODES - TYPES).map(([key]) => key));
  return (/** @type {Kind} */ kind) => {
    const key = apart(kind);
    return kept.has(key) ? key : ["", kind.type, "", ""].join("\n");
  };
}

/** @param {Trace} trace @param {Int32Array} step @param {Int32Array} nodeOf @param {GraphNode[]} nodes @param {Follows} follows @returns {GraphEdge[]} */
function edgesOf(trace, step, nodeOf, nodes, follows) {
  /** @type {Map<number, GraphEdge>} */
  const edges = new Map();
  const before = follows === "order" ? stepsBefore(trace, step) : null;
  for (let row = 0; row < trace.size; row += 1) {
    if (step[row] !== row) continue;
    const from = nodeOf[before ? before[row] ?? NONE : stepAbove(trace, step, row)] ?? NONE;
    const to = nodeOf[row] ?? NONE;
    if (from === to) /** @type {GraphNode} */ (nodes[to]).again += 1;
    if (from === NONE || from === to) continue;
    const key = from * nodes.length + to;
    const edge = edges.get(key) ?? { from, to, count: 0, hasFailed: false };
    edge.count += 1;
    edge.hasFailed ||= trace.failed[row] === 1;
    edges.set(key, edge);
  }
  return [...edges.values()];
}

/** @param {Trace} trace @param {Int32Array} step @param {number} row */
function stepAbove(trace, step, row) {
  const parent = trace.parent[row] ?? NONE;
  return parent < 0 ? NONE : step[parent] ?? NONE;
}

/** What each step came after: the sibling that was over when it began, or what both are below. @param {Trace} trace @param {Int32Array} step */
function stepsBefore(trace, step) {
  const before = new Int32Array(trace.size).fill(NONE);
  /** @type {Map<number, number>} */
  const latest = new Map();
  for (let row = 0; row < trace.size; row += 1) {
    if (step[row] !== row) continue;
    const above = stepAbove(trace, step, row);
    const last = latest.get(above);
    latest.set(above, row);
    if (last === undefined) before[row] = above;
    else {
      const end = (trace.start[last] ?? 0) + (trace.length[last] || 0);
      before[row] = end > (trace.start[row] ?? 0) + AT_ONCE_US ? before[last] ?? NONE : last;
    }
  }
  return before;
}
