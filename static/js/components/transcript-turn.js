/** One message of a transcript: its text, and the calls in it; what is long and was only handed over is folded. */

import { useState } from "../../vendor/hooks.js";
import { asValue } from "../events.js";
import { count } from "../format.js";
import { html } from "../html.js";
import { Glyph } from "./icon.js";
import { JsonTree } from "./json-tree.js";

const LONG = 280;
const LONG_FOR_USER = 600;

/** @param {{message: import("./messages.js").Message, who?: string, folds?: boolean}} props  Without `who` it stands below its own heading. */
export function Turn({ message, who, folds = false }) {
  const parts = Array.isArray(message?.parts) ? message.parts : [{ type: "text", content: message?.content ?? "" }];
  const text = parts.map((part) => (typeof part?.content === "string" ? part.content : "")).join("\n");
  const [isOpen, setOpen] = useState(!(folds && text.length > (who === "user" ? LONG_FOR_USER : LONG)));
  if (!isOpen) {
    return html`<button type="button" class="turn folded" aria-expanded="false" onClick=${() => setOpen(true)}><b>${who}</b><span class="cut grow">${text.slice(0, 200)}</span><span class="num small">${count(text.length)} characters</span></button>`;
  }
  return html`<div class=${`turn${who === "user" ? " asked" : ""}`}>${who && html`<header><b>${who}</b></header>`}
    ${parts.map((part, index) => html`<${Piece} key=${index} part=${part} />`)}</div>`;
}

/** @param {{part: import("./messages.js").Part}} props */
function Piece({ part }) {
  const { type, content } = part;
  if (type === "text" || type === undefined) return content ? html`<div class="prose">${typeof content === "string" ? content : JSON.stringify(content)}</div>` : null;
  if (type === "reasoning") return html`<details class="reasoning"><summary class="dim">Reasoning</summary><div class="prose">${typeof content === "string" ? content : JSON.stringify(content)}</div></details>`;
  if (type !== "tool_call" && type !== "tool_call_response") return html`<p class="dim">${type}</p>`;
  const value = asValue(type === "tool_call" ? part["arguments"] : part["response"] ?? part["result"] ?? content);
  return html`<div class="call"><header><${Glyph} type="tool_call" /><b>${part["name"] ?? part["id"] ?? "tool"}</b><span class="dim">${type === "tool_call" ? "call" : "result"}</span></header>
    ${value !== undefined && (typeof value === "string" ? html`<pre class="json said">${value}</pre>` : html`<${JsonTree} value=${value} isPlain />`)}</div>`;
}
