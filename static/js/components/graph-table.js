/** The nodes of a graph in rows, for those who would rather read: how often, how long, what it cost, where it leads. */

import { count, duration } from "../format.js";
import { html } from "../html.js";
import { dollars } from "../money.js";
import { Glyph } from "./icon.js";

/** @param {{graph: import("../trace-graph.js").Graph, chosen: number, open: (node: number) => void}} props */
export function GraphTable({ graph, chosen, open }) {
  const { nodes, edges } = graph;
  const nameOf = (/** @type {number} */ node) => nodes[node]?.name || nodes[node]?.type || "";
  /** @param {number} node */
  const next = (node) => edges.filter(({ from }) => from === node).map(({ to, count: times }) => `${nameOf(to)}${times > 1 ? ` × ${count(times)}` : ""}`).join(", ");
  return html`<div class="scroll nodes" tabindex="-1"><table class="list"><thead><tr><th scope="col">Step</th><th scope="col">Below</th><th scope="col" class="num">Times</th><th scope="col" class="num">Failed</th>
    <th scope="col" class="num">Duration</th><th scope="col" class="num">Tokens</th><th scope="col" class="num">Cost</th><th scope="col">Leads to</th></tr></thead>
    <tbody>${nodes.map((node, index) => html`<tr key=${index} class=${index === chosen ? "on" : ""}>
      <td><button type="button" class="plain" aria-pressed=${index === chosen ? "true" : "false"} onClick=${() => open(index)}><${Glyph} type=${node.type} failed=${node.failed === node.rows.length} /><b>${nameOf(index)}</b> <span class="soft">${node.model}</span></button></td>
      <td class="soft">${node.agent}</td><td class="num">${count(node.rows.length)}</td><td class=${`num${node.failed ? " bad" : ""}`}>${node.failed ? count(node.failed) : ""}</td>
      <td class="num">${node.us ? duration(node.us / 1000) : ""}</td><td class="num">${node.tokens ? count(node.tokens) : ""}</td><td class="num">${Number.isNaN(node.cost) ? "" : dollars(node.cost)}</td>
      <td class="soft">${next(index)}</td></tr>`)}</tbody></table></div>`;
}
