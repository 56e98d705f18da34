/** Messages as a chat. Long system and document parts are folded to a line; a tool call is an edged block; pictures never load. */

import { useState } from "../../vendor/hooks.js";
import { asValue } from "../events.js";
import { count } from "../format.js";
import { html } from "../html.js";
import { Glyph, Icon } from "./icon.js";
import { JsonTree } from "./json-tree.js";

/** @typedef {{type: string, content?: unknown, [name: string]: any}} Part */
/** @typedef {{role?: string, name?: string, parts?: Part[], content?: unknown}} Message */

const LONG = 420;
const MANY = 12; // messages shown at once; the rest are above, on request

/** @param {{messages: Message[], answers: Message[]}} props */
export function Chat({ messages, answers }) {
  const [isWhole, setWhole] = useState(false);
  const hidden = isWhole ? 0 : Math.max(0, messages.length - MANY);
  return html`<div class="chat">
    ${hidden > 0 && html`<button type="button" class="btn quiet tiny" onClick=${() => setWhole(true)}>${count(hidden)} earlier messages</button>`}
    ${messages.slice(hidden).map((message, index) => html`<${Turn} key=${hidden + index} message=${message} folds=${messages.length > 1} />`)}
    ${answers.map((message, index) => html`<${Turn} key=${`answer ${index}`} message=${message} isAnswer />`)}
  </div>`;
}

/** @param {{message: Message, folds?: boolean, isAnswer?: boolean}} props */
function Turn({ message, folds = false, isAnswer = false }) {
  const parts = Array.isArray(message?.parts) ? message.parts : [{ type: "text", content: message?.content ?? "" }];
  const text = parts.map((part) => (typeof part?.content === "string" ? part.content : "")).join(" ");
  const [isOpen, setOpen] = useState(!(folds && text.length > LONG));
  const role = message?.role ?? (isAnswer ? "assistant" : "message");
  const head = html`${isAnswer && html`<${Glyph} type="model_response" />`}<b>${role}</b>${message?.name && html`<span>${message.name}</span>`}`;
  if (!isOpen) {
    return html`<button type="button" class="turn folded" aria-expanded="false" onClick=${() => setOpen(true)}>
      ${head}<span class="cut grow">${text.slice(0, 200)}</span><span class="num small">${count(text.length)} characters</span></button>`;
  }
  return html`<article class=${`turn${isAnswer ? " answer" : ""}`}><header>${head}</header>
    ${parts.map((part, index) => html`<${PartOf} key=${index} part=${part} />`)}</article>`;
}

/** @param {{part: Part}} props */
function PartOf({ part }) {
  if (typeof part === "string") return html`<p class="prose">${part}</p>`;
  const { type, content } = part ?? {};
  if (type === "text" || type === undefined) return html`<div class="prose">${typeof content === "string" ? content : JSON.stringify(content ?? part)}</div>`;
  if (type === "reasoning") return html`<details class="reasoning"><summary class="dim">Reasoning</summary><div class="prose">${typeof content === "string" ? content : JSON.stringify(content)}</div></details>`;
  if (type === "tool_call") return html`<${Block} name=${part["name"] ?? "tool"} note="call" value=${part["arguments"]} />`;
  if (type === "tool_call_response") return html`<${Block} name=${part["name"] ?? part["id"] ?? "tool"} note="result" value=${part["response"] ?? part["result"] ?? content} />`;
  return html`<p class="attached dim"><${Icon} name="link" size=${14} />${type}${part["mime_type"] ? ` · ${part["mime_type"]}` : ""}${part["uri"] ? html` <span class="mono cut">${String(part["uri"])}</span>` : ""}</p>`;
}

/** @param {{name: string, note: string, value: unknown}} props */
const Block = ({ name, note, value }) => {
  const read = asValue(value);
  return html`<div class="call"><header><${Glyph} type="tool_call" /><b>${name}</b><span class="dim">${note}</span></header>
    ${read !== undefined && (typeof read === "string" ? html`<pre class="json said">${read}</pre>` : html`<${JsonTree} value=${read} isPlain />`)}</div>`;
};
