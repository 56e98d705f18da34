/** What the agent knew: its prompt as one bar and a table of who put what there, how many tokens that took, and what is new. */

import { useState } from "../../vendor/hooks.js";
import { count, exact, percent } from "../format.js";
import { html } from "../html.js";
import { GLYPHS, Glyph } from "./icon.js";
import { Chat } from "./messages.js";

/** @typedef {import("../step-context.js").Context} Context */
/** @typedef {import("../step-context.js").Part} Part */

const LONG = 4000; // characters of a part shown at once

/**
 * @param {{context: Context, change: {by: Map<string, number>, gone: Part[]} | null, since: number, body: Record<string, any>, toStep: (index: number) => string}} props
 * `since`: index of the call compared with, -1 for none
 */
export function StepKnew({ context, change, since, body, toStep }) {
  const { parts, total, isTold, cached } = context;
  const shown = [...parts].sort((one, other) => other.tokens - one.tokens);
  return html`<section class="knew"><header class="h"><h3>What the agent knew</h3><span class="num soft" title=${isTold ? "The sum is told by the sender; the parts are estimated by their length." : "No tokens were told: all figures are estimated by length."}>
      ${isTold ? "" : "about "}${exact(total)} tokens${cached > 0 ? html` <span class="dim">· ${count(cached)} from cache</span>` : ""}</span></header>
    <div class="meter big" aria-hidden="true">${parts.filter(({ tokens }) => tokens > 0).map((part) => html`<i key=${part.key} class=${`t-${GLYPHS[part.type] ?? "custom"}`} style=${{ width: `${(part.tokens / Math.max(1, total)) * 100}%` }} title=${`${part.label}, ${exact(part.tokens)} tokens`}></i>`)}</div>
    <table class="know"><thead class="sr"><tr><th scope="col">Part</th><th scope="col">Put there by</th><th scope="col">Share</th><th scope="col">Tokens, ${isTold ? "shared out by length" : "estimated"}</th><th scope="col">Change${since >= 0 ? ` since step ${since + 1}` : ""}</th></tr></thead>
      <tbody>${shown.map((part) => html`<${Row} key=${part.key} part=${part} total=${total} change=${change?.by.get(part.key) ?? 0} isNew=${change !== null && change.by.get(part.key) === part.tokens} toStep=${toStep} />`)}
        ${change?.gone.map((part) => html`<tr key=${part.key} class="gone"><td class="w1"><span class="row"><${Glyph} type=${part.type} /><span class="cut">${labelOf(part)}</span></span></td><td class="dim by wide">no longer there</td><td class="num dim wide"></td><td class="num dim">0</td><td class="num soft">−${exact(part.tokens)}</td></tr>`)}</tbody></table>
    <p class="dim small how">${isTold ? "The sum was told; the parts are estimated by their length." : "No tokens were told; all of it is estimated by length."}${since >= 0 && html` Compared with <a href=${toStep(since)}>step ${since + 1}</a>.`}</p>
    <${Whole} key="whole" body=${body} /></section>`;
}

/** @param {Part} part */
const labelOf = (part) => (part.count > 1 && part.key !== "rest" ? `${part.label}, ${count(part.count)} ${part.type === "retrieval" ? "documents" : part.key === "tools" ? "tools" : "messages"}` : part.label);

/** @param {{part: Part, total: number, change: number, isNew: boolean, toStep: (index: number) => string}} props */
function Row({ part, total, change, isNew, toStep }) {
  const [isOpen, setOpen] = useState(false);
  const texts = part.texts.filter((text) => text.trim());
  const by = part.from >= 0 ? html`<a href=${toStep(part.from)}>step ${part.from + 1}</a>` : part.by;
  const told = change === 0 ? "" : `${change > 0 ? "+" : "−"}${exact(Math.abs(change))}`;
  return html`<tr><td class="w1">${texts.length ? html`<button type="button" class="row" aria-expanded=${isOpen ? "true" : "false"} onClick=${() => setOpen(!isOpen)}><${Glyph} type=${part.type} /><span class="cut">${labelOf(part)}</span></button>`
      : html`<span class="row"><${Glyph} type=${part.type} /><span class="cut">${labelOf(part)}</span></span>`}<span class="by phone small dim">${by}</span></td>
      <td class="dim by wide">${by}</td><td class="num dim wide">${shareOf(part.tokens, total)}</td><td class="num">${exact(part.tokens)}</td><td class=${`num ${isNew ? "new" : "soft"}`}>${told}</td></tr>
    ${isOpen && html`<tr class="says"><td colspan="5">${texts.map((text, index) => html`<${Text} key=${index} text=${text} />`)}</td></tr>`}`;
}

/** @param {number} tokens @param {number} total */
const shareOf = (tokens, total) => (tokens > 0 && tokens < total / 100 ? "<1%" : percent(tokens / Math.max(1, total)).replace(/\.\d+/, ""));

/** @param {{text: string}} props */
function Text({ text }) {
  const [most, setMost] = useState(LONG);
  return html`<pre class="box said">${text.slice(0, most)}${text.length > most && html`… <button type="button" class="held" onClick=${() => setMost(Infinity)}>${count(text.length - most)} more characters</button>`}</pre>`;
}

/** @param {{body: Record<string, any>}} props */
function Whole({ body }) {
  const [isOpen, setOpen] = useState(false);
  const messages = body["input"]?.messages ?? [];
  if (!messages.length) return null;
  return html`<button type="button" class="btn quiet tiny prompt" aria-expanded=${isOpen ? "true" : "false"} onClick=${() => setOpen(!isOpen)}>${isOpen ? "Hide the prompt" : "The whole prompt as it was sent"}</button>
    ${isOpen && html`<${Chat} messages=${messages} answers=${[]} />`}`;
}
