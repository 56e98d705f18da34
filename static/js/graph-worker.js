/** Lays out a graph beside the page, which stays quick however tangled it is. */

import { graphlib, layout } from "../vendor/dagre.js";

/**
 * @typedef {{nodes: number, edges: {from: number, to: number, isLabelled: boolean}[], width: number, height: number, room: {width: number, height: number}}} Wanted
 * `nodes`: how many, all of one size; `room`: what it should fit into
 * @typedef {{x: number, y: number}} Point  middle of a node, in pixels
 * @typedef {{nodes: Point[], edges: {points: Point[], label: Point | null}[], width: number, height: number}} LaidOut
 */

const LABEL = { width: 30, height: 14 };
const MOST_TWICE = 60; // nodes: above, once takes long enough

addEventListener("message", ({ data }) => postMessage(best(data)));

/** From the top down or from left to right, whichever can be shown larger. @param {Wanted} wanted @returns {LaidOut} */
function best(wanted) {
  const down = laidOut(wanted, false);
  if (wanted.nodes > MOST_TWICE) return down;
  const across = laidOut(wanted, true);
  const scale = (/** @type {LaidOut} */ { width, height }) => Math.min(1, wanted.room.width / width, wanted.room.height / height);
  return scale(across) > scale(down) ? across : down;
}

/** @param {Wanted} wanted @param {boolean} isAcross @returns {LaidOut} */
function laidOut({ nodes, edges, width, height }, isAcross) {
  const graph = new graphlib.Graph({ directed: true });
  graph.setGraph({ rankdir: isAcross ? "LR" : "TB", nodesep: 22, edgesep: 10, ranksep: isAcross ? 44 : 40, marginx: 20, marginy: 24 });
  for (let node = 0; node < nodes; node += 1) graph.setNode(String(node), { width, height });
  for (const { from, to, isLabelled } of edges) graph.setEdge(String(from), String(to), isLabelled ? { ...LABEL, labelpos: "c" } : {});
  layout(graph);
  const whole = graph.graph();
  return {
    nodes: Array.from({ length: nodes }, (_, node) => at(graph.node(String(node)))),
    edges: edges.map(({ from, to, isLabelled }) => {
      const edge = graph.edge(String(from), String(to));
      return { points: edge.points.map(at), label: isLabelled ? at(edge) : null };
    }),
    width: whole.width ?? 0,
    height: whole.height ?? 0,
  };
}

/** @param {any} found @returns {Point} */
const at = ({ x, y }) => ({ x: Math.round(x), y: Math.round(y) });
