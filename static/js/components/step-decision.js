/** What the agent decided: its words, the thought it was told with, and what went wrong if nothing was. */

import { exact } from "../format.js";
import { html } from "../html.js";
import { JsonTree } from "./json-tree.js";

/** @typedef {import("./messages.js").Part} Part */

/** @param {{body: Record<string, any>, action: Record<string, any> | null | undefined}} props  `action`: of the agent, where its step was told */
export function StepDecision({ body, action }) {
  const output = body["usage"]?.output_tokens;
  const parts = (body["output"]?.messages ?? []).flatMap((/** @type {any} */ message) => (Array.isArray(message.parts) ? message.parts : [{ type: "text", content: message.content }]));
  const said = parts.filter((/** @type {Part} */ { type, content }) => (type === "text" || type === undefined) && content);
  const thought = typeof action?.["thought"] === "string" && !said.some((/** @type {Part} */ { content }) => content === action["thought"]) ? action["thought"] : "";
  const value = body["output"]?.value;
  const { error } = body;
  return html`<section><header class="h"><h3>What it decided</h3>${typeof output === "number" && html`<span class="num dim">${exact(output)} tokens</span>`}</header>
    ${error && html`<p class="why"><b class="bad">${error.type ?? "Error"}</b> ${error.message}</p>`}
    ${thought && html`<p class="prose soft">${thought}</p>`}
    ${parts.map((/** @type {Part} */ part, /** @type {number} */ at) => html`<${Piece} key=${at} part=${part} />`)}
    ${value !== undefined && (typeof value === "string" ? html`<blockquote>${value}</blockquote>` : html`<${JsonTree} value=${value} />`)}
    ${!parts.length && value === undefined && !error && html`<p class="dim teach">What it answered was not recorded.</p>`}</section>`;
}

/** The thought and the action of a turn without a model call. @param {{action: Record<string, any> | null | undefined}} props */
export function StepThought({ action }) {
  const told = ["thought", "action"].flatMap((name) => (typeof action?.[name] === "string" && action[name] ? [action[name]] : []));
  if (!told.length) return null;
  return html`<section><header class="h"><h3>What ${action?.["name"] ?? "it"} decided</h3></header>${told.map((text) => html`<blockquote key=${text}>${text}</blockquote>`)}</section>`;
}

/** @param {{part: Part}} props */
function Piece({ part }) {
  const { type, content } = part;
  if (type === "text" || type === undefined) return content ? html`<blockquote>${typeof content === "string" ? content : JSON.stringify(content)}</blockquote>` : null;
  if (type === "reasoning") return html`<details class="reasoning"><summary class="dim">Reasoning</summary><div class="prose">${typeof content === "string" ? content : JSON.stringify(content)}</div></details>`;
  if (type === "tool_call") return html`<p class="wants">It asked for <code>${part["name"] ?? "a tool"}</code>.</p>`;
  return html`<p class="dim">${type}</p>`;
}
