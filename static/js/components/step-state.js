/** State and memory at a step: what changed since the step before, all of it, or as it is. */

import { useState } from "../../vendor/hooks.js";
import { html } from "../html.js";
import { countsOf, diffLines, isSame } from "../json-diff.js";
import { JsonLines } from "./json-lines.js";
import { JsonTree } from "./json-tree.js";
import { Skeleton } from "./states.js";

/** @typedef {import("../step-states.js").Held} Held */

const WAYS = /** @type {const} */ (["Changes", "All", "Raw"]);

/** @param {{held: Held, before: Held | null, index: number, hasAny: boolean, toStep: (index: number) => string}} props  `before`: at the step before; null at the first */
export function StepState({ held, before, index, hasAny, toStep }) {
  const [way, setWay] = useState(/** @type {typeof WAYS[number]} */ ("Changes"));
  if (!hasAny) return html`<section><header class="h"><h3>State</h3></header><p class="dim teach">No agent’s action is in this trace, so no state was told. Steps recorded with <code>lynex.step(name, state=…)</code> show their state and memory here, and what each step changed. <a href="/guide/sdk-python.html">How to record steps</a></p></section>`;
  if (held.needs.length || before?.needs.length) return html`<section><header class="h"><h3>State</h3></header><${Skeleton} lines=${8} /></section>`;
  const said = held.state !== undefined || held.memory !== undefined;
  return html`<section><header class="h"><h3>State</h3>${said && html`<div class="seg small" role="group" aria-label="How it is shown">${WAYS.map((name) => html`<button type="button" key=${name} aria-pressed=${name === way ? "true" : "false"} onClick=${() => setWay(name)}>${name}</button>`)}</div>`}</header>
      ${!said ? html`<p class="dim teach">No state was told up to this step.</p>` : held.state !== undefined && html`<${Shown} way=${way} now=${held.state} old=${before?.state} index=${index} toldAt=${held.stateAt} toStep=${toStep} />`}
      ${held.isPartial && html`<p class="warn small">The state these changes go back to never arrived; what they do not mention is missing.</p>`}</section>
    ${held.memory !== undefined && html`<section><header class="h"><h3>Memory</h3></header><${Shown} way=${way} now=${held.memory} old=${before?.memory} index=${index} toldAt=${held.memoryAt} toStep=${toStep} /></section>`}`;
}

/** @param {{way: typeof WAYS[number], now: unknown, old: unknown, index: number, toldAt: number, toStep: (index: number) => string}} props */
function Shown({ way, now, old, index, toldAt, toStep }) {
  if (way === "Raw") return html`<pre class="json box raw" tabindex="0">${JSON.stringify(now, null, 2)}</pre>`;
  if (way === "All") return html`<${JsonTree} value=${now} />`;
  if (old !== undefined && isSame(old, now)) {
    return html`<p class="sum1 dim">No change in this step${toldAt >= 0 && toldAt < index ? html`; told in <a href=${toStep(toldAt)}>step ${toldAt + 1}</a>` : ""}.</p><${JsonTree} value=${now} />`;
  }
  const lines = diffLines(old, now);
  const { added, removed } = countsOf(lines);
  return html`<p class="sum1">${old === undefined ? html`<span class="dim">First told in this step</span>` : html`<span class="plus">+${added}</span> <span class="minus">−${removed}</span> <span class="dim">since step ${index}</span>`}</p>
    ${old === undefined ? html`<${JsonTree} value=${now} />` : html`<${JsonLines} lines=${lines} />`}`;
}
