/** A graph that was laid out: nodes are buttons over drawn lines; drag to look around, arrows go to the nearest node that way. */

import { useEffect, useLayoutEffect, useRef, useState } from "../../vendor/hooks.js";
import { count, duration, exact, plural } from "../format.js";
import { html } from "../html.js";
import { useKeys } from "../keyboard.js";
import { dollars } from "../money.js";
import { GLYPHS, Glyph, Icon } from "./icon.js";

/** @typedef {import("../trace-graph.js").GraphNode} GraphNode */
/** @typedef {import("../trace-graph.js").GraphEdge} GraphEdge */
/** @typedef {import("../graph-worker.js").Point} Point */

export const NODE = { width: 184, height: 48 };
const SMALLEST = 0.35;
const LEGIBLE = 0.6; // smaller only if somebody wants to
const FAR = 0.8; // below, names alone, and larger
const CLOSER = 1.25;
const ASIDE = 2; // something straight ahead is nearer than something as far, but aside
const DRAGGED = 4;

/** @param {GraphEdge} edge */
export const labelled = (edge) => edge.count > 1;

/**
 * @param {{graph: import("../trace-graph.js").Graph, laidOut: import("../graph-worker.js").LaidOut, chosen: number, open: (node: number) => void}} props
 */
export function GraphPicture({ graph, laidOut, chosen, open }) {
  const body = useRef(/** @type {HTMLDivElement | null} */ (null));
  const [scale, setScale] = useState(1);
  const fit = () => {
    const { clientWidth: width = 1, clientHeight: height = 1 } = body.current ?? {};
    setScale(Math.max(LEGIBLE, Math.min(1, width / laidOut.width, height / laidOut.height)));
  };
  useLayoutEffect(fit, [laidOut]);
  useEffect(() => {
    const node = body.current?.querySelector(`[data-node="${chosen}"]`);
    node?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [chosen, laidOut]);
  /** @param {number} across @param {number} down */
  const move = (across, down) => {
    const node = nearest(laidOut.nodes, chosen, across, down);
    if (node < 0) return;
    open(node);
    /** @type {HTMLElement | null | undefined} */ (body.current?.querySelector(`[data-node="${node}"]`))?.focus({ preventScroll: true });
  };
  useKeys("Graph", [
    { keys: "ArrowDown", does: "Node below", run: () => move(0, 1) },
    { keys: "ArrowUp", does: "Node above", run: () => move(0, -1) },
    { keys: "ArrowRight", does: "Node to the right", run: () => move(1, 0) },
    { keys: "ArrowLeft", does: "Node to the left", run: () => move(-1, 0) },
    { keys: "+", does: "Closer", run: () => setScale(Math.min(2, scale * CLOSER)) },
    { keys: "-", does: "Further", run: () => setScale(Math.max(SMALLEST, scale / CLOSER)) },
    { keys: "0", does: "The whole graph", run: fit },
  ]);
  const { width, height } = laidOut;
  return html`<div class="scroll graph" ref=${body} tabindex="-1" onPointerDown=${(/** @type {PointerEvent} */ event) => drag(event)}>
    <div class="room" style=${{ width: `${width * scale}px`, height: `${height * scale}px` }}><div class=${`drawn${scale < FAR ? " far" : ""}`} style=${{ width: `${width}px`, height: `${height}px`, transform: `scale(${scale})` }}>
      <svg width=${width} height=${height} aria-hidden="true">${graph.edges.map((edge, index) => html`<${Line} key=${index} edge=${edge} way=${laidOut.edges[index]} isNear=${edge.from === chosen || edge.to === chosen} />`)}</svg>
      ${graph.nodes.map((node, index) => html`<${Node} key=${index} node=${node} index=${index} at=${laidOut.nodes[index]} isHere=${index === chosen} open=${open} />`)}
    </div></div></div>
    <div class="lens wide"><button type="button" class="btn quiet icon" aria-label="Further" title="Further (-)" onClick=${() => setScale(Math.max(SMALLEST, scale / CLOSER))}>−</button>
      <button type="button" class="btn quiet num" title="The whole graph (0)" onClick=${fit}>${Math.round(scale * 100)}%</button>
      <button type="button" class="btn quiet icon" aria-label="Closer" title="Closer (+)" onClick=${() => setScale(Math.min(2, scale * CLOSER))}><${Icon} name="plus" size=${14} /></button></div>`;
}

/** @param {{node: GraphNode, index: number, at: Point | undefined, isHere: boolean, open: (node: number) => void}} props */
function Node({ node, index, at, isHere, open }) {
  if (!at) return null;
  const times = node.rows.length;
  const facts = [node.us > 0 && duration(node.us / 1000), !Number.isNaN(node.cost) && dollars(node.cost), node.again > 0 && `↻ ${count(node.again)}`].filter(Boolean);
  const name = node.name || node.type;
  return html`<button type="button" class=${`node t-${GLYPHS[node.type] ?? "custom"}${node.failed ? " err" : ""}${isHere ? " on" : ""}`} data-node=${index} aria-pressed=${isHere ? "true" : "false"}
    style=${{ left: `${at.x - NODE.width / 2}px`, top: `${at.y - NODE.height / 2}px`, width: `${NODE.width}px`, height: `${NODE.height}px` }} title=${wordsOf(node)} onClick=${() => open(index)}>
    <span class="n"><${Glyph} type=${node.type} failed=${node.failed === times} /><b class="cut">${name}</b>${times > 1 && html`<span class="times num">× ${count(times)}</span>`}</span>
    <span class="f num">${node.failed > 0 && html`<span class="bad">${times === node.failed ? "failed" : `${count(node.failed)} failed`}</span>`}<span class="cut">${facts.join(" · ")}</span></span></button>`;
}

/** @param {GraphNode} node */
function wordsOf(node) {
  const us = node.us > 0 ? `, ${duration(node.us / 1000)} in all` : "";
  return `${node.name || node.type}${node.model ? `, ${node.model}` : ""}${node.agent ? `, below ${node.agent}` : ""}\n${plural(node.rows.length, "span")}${us}${node.tokens ? `, ${exact(node.tokens)} tokens` : ""}${node.failed ? `, ${exact(node.failed)} failed` : ""}${node.again ? `\n${plural(node.again, "time")} right below or after itself` : ""}`;
}

/** @param {{edge: GraphEdge, way: {points: Point[], label: Point | null} | undefined, isNear: boolean}} props */
function Line({ edge, way, isNear }) {
  if (!way) return null;
  const look = `${edge.hasFailed ? "bad" : ""}${isNear ? " near" : ""}`;
  return html`<g class=${look}><path class="way" d=${curve(way.points)} /><path class="tip2" d=${head(way.points)} />
    ${way.label && html`<text x=${way.label.x} y=${way.label.y + 4}>× ${count(edge.count)}</text>`}</g>`;
}

/** Through the middles between bends. @param {Point[]} points */
function curve(points) {
  const [first, ...rest] = points;
  const last = rest.at(-1);
  if (!first || !last) return "";
  const bends = rest.slice(0, -1).map((point, index) => {
    const next = /** @type {Point} */ (rest[index + 1]);
    return `Q${point.x} ${point.y} ${(point.x + next.x) / 2} ${(point.y + next.y) / 2}`;
  });
  return `M${first.x} ${first.y}${bends.join("")}L${last.x} ${last.y}`;
}

/** @param {Point[]} points */
function head(points) {
  const [before, tip] = points.slice(-2);
  if (!before || !tip) return "";
  const angle = Math.atan2(tip.y - before.y, tip.x - before.x);
  const side = (/** @type {number} */ turn) => `${(tip.x - 7 * Math.cos(angle + turn)).toFixed(1)} ${(tip.y - 7 * Math.sin(angle + turn)).toFixed(1)}`;
  return `M${tip.x} ${tip.y}L${side(0.45)}L${side(-0.45)}Z`;
}

/** The nearest node in a direction. @param {Point[]} nodes @param {number} from @param {number} across @param {number} down */
function nearest(nodes, from, across, down) {
  const here = nodes[from];
  if (!here) return nodes.length ? 0 : -1;
  let found = -1;
  let least = Infinity;
  for (const [index, { x, y }] of nodes.entries()) {
    const ahead = (x - here.x) * across + (y - here.y) * down;
    const far = ahead + ASIDE * Math.abs((x - here.x) * down + (y - here.y) * across);
    if (ahead <= 1 || far >= least) continue;
    [found, least] = [index, far];
  }
  return found;
}

/** Look around by dragging what is between the nodes. @param {PointerEvent} down */
function drag(down) {
  const body = /** @type {HTMLElement} */ (down.currentTarget);
  if (down.pointerType !== "mouse" || down.button !== 0 || (down.target instanceof Element && down.target.closest("button"))) return;
  const from = { x: down.clientX + body.scrollLeft, y: down.clientY + body.scrollTop };
  /** @param {PointerEvent} event */
  const move = (event) => {
    if (Math.abs(event.clientX - down.clientX) + Math.abs(event.clientY - down.clientY) > DRAGGED) body.classList.add("dragged");
    body.scrollTo(from.x - event.clientX, from.y - event.clientY);
  };
  const up = () => {
    body.classList.remove("dragged");
    body.removeEventListener("pointermove", move);
  };
  body.setPointerCapture(down.pointerId);
  body.addEventListener("pointermove", move);
  body.addEventListener("lostpointercapture", up, { once: true });
}
