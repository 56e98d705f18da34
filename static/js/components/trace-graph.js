/** The agents and tools of a trace as a graph: steps that are alike are one node; choosing it chooses its spans, one after the other. */

import { useMemo, useState } from "../../vendor/hooks.js";
import { useLayout } from "../graph-layout.js";
import { exact, plural } from "../format.js";
import { html } from "../html.js";
import { useKeys } from "../keyboard.js";
import { address, amend } from "../router.js";
import { graphOf } from "../trace-graph.js";
import { GraphPicture, NODE, labelled } from "./graph-picture.js";
import { GraphTable } from "./graph-table.js";
import { Glyph, Icon } from "./icon.js";
import { Skeleton } from "./states.js";

const PHONE = matchMedia("(max-width: 767px)");
const FOLLOWS = /** @type {const} */ ([["calls", "Calls", "What called what"], ["order", "Order", "What came after what"]]);

/** @param {{trace: import("../trace.js").Trace, here: number, choose: (row: number) => void, step: (rows: readonly number[], by: number) => void}} props */
export function TraceGraph({ trace, here, choose, step }) {
  const follows = address.value.query.get("edges") === "order" ? "order" : "calls";
  const graph = useMemo(() => graphOf(trace, follows), [trace, follows]);
  const wanted = useMemo(() => ({ nodes: graph.nodes.length, edges: graph.edges.map((edge) => ({ from: edge.from, to: edge.to, isLabelled: labelled(edge) })), ...NODE, room: roomOf() }), [graph]);
  const { laidOut, hasFailed } = useLayout(wanted);
  const [isTable, setTable] = useState(false);
  const chosen = graph.nodeOf[here] ?? -1;
  /** Its first failure, else its first. @param {number} node */
  const open = (node) => {
    const rows = graph.nodes[node]?.rows ?? [];
    const row = rows.find((one) => trace.failed[one]) ?? rows[0];
    if (row !== undefined) choose(row);
  };
  const rows = graph.nodes[chosen]?.rows ?? [];
  useKeys("Graph", [
    { keys: "n", does: "Next span of the node", run: () => step(rows, 1) },
    { keys: "Shift+N", does: "Span before of the node", run: () => step(rows, -1) },
    { keys: "e", does: "Next failure", run: () => step(trace.failures, 1) },
    { keys: "Shift+E", does: "Failure before", run: () => step(trace.failures, -1) },
    { keys: "o", does: "Calls, or order", run: () => amend({ edges: follows === "order" ? null : "order" }) },
    { keys: "v", does: "As a table", run: () => setTable(!isTable) },
  ]);
  return html`<div class="tools"><div class="seg" role="group" aria-label="What the lines say">
      ${FOLLOWS.map(([name, label, why]) => html`<button type="button" key=${name} title=${`${why} (o)`} aria-pressed=${name === follows ? "true" : "false"} onClick=${() => amend({ edges: name === "order" ? name : null })}>${label}</button>`)}</div>
      ${trace.failures.length > 0 && html`<button type="button" class="btn quiet failures" title="Next failure (e)" onClick=${() => step(trace.failures, 1)}><${Glyph} type="error" failed />
        <span class="wide">${plural(trace.failures.length, "failure")}</span><span class="phone num">${trace.failures.length}</span> <kbd class="wide">e</kbd></button>`}
      <${Within} rows=${rows} here=${here} step=${step} />
      <span class="grow"></span>
      <button type="button" class="btn quiet" aria-pressed=${isTable ? "true" : "false"} title="The same as a table (v)" onClick=${() => setTable(!isTable)}>Table</button></div>
    <${Told} graph=${graph} hasFailed=${hasFailed} />
    ${isTable || hasFailed ? html`<${GraphTable} graph=${graph} chosen=${chosen} open=${open} />`
      : laidOut ? html`<${GraphPicture} graph=${graph} laidOut=${laidOut} chosen=${chosen} open=${open} />`
      : html`<div class="scroll pad"><${Skeleton} lines=${10} /></div>`}`;
}

const HEAD = 150;
const DETAIL = 0.55;

/** About what the picture has, before it is there. */
const roomOf = () => (PHONE.matches ? { width: innerWidth, height: 2 * innerHeight } : { width: innerWidth * DETAIL, height: innerHeight - HEAD });

/** Which of the chosen node's spans is beside the graph. @param {{rows: number[], here: number, step: (rows: readonly number[], by: number) => void}} props */
function Within({ rows, here, step }) {
  if (rows.length < 2) return null;
  const place = rows.indexOf(here);
  return html`<span class="within"><button type="button" class="btn quiet icon" aria-label="Span before" title="Span before (N)" onClick=${() => step(rows, -1)}><${Icon} name="left" size=${14} /></button>
    <span class="num small soft" role="status">${place >= 0 ? `${exact(place + 1)} of ${exact(rows.length)}` : exact(rows.length)}</span>
    <button type="button" class="btn quiet icon" aria-label="Next span" title="Next span (n)" onClick=${() => step(rows, 1)}><${Icon} name="right" size=${14} /></button></span>`;
}

/** What the picture leaves out. @param {{graph: import("../trace-graph.js").Graph, hasFailed: boolean}} props */
function Told({ graph, hasFailed }) {
  const told = [
    graph.joined > 0 && `${exact(graph.joined)} kinds of step share ${exact(graph.nodes.length)} nodes: numbers in names are written #, and the rarest are joined by type.`,
    graph.leftOut > 0 && `${plural(graph.leftOut, "rare line")} not drawn.`,
    hasFailed && "Too tangled to be drawn in time, so here it is as a table.",
  ].filter(Boolean);
  return told.length ? html`<p class="told small soft">${told.join(" ")}</p>` : null;
}
