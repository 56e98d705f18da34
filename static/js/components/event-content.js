/** What an event holds, read as what it is: a conversation, a call and its result, documents with scores, a failure with its stack. */

import { asValue, evalOf } from "../events.js";
import { html } from "../html.js";
import { Chat } from "./messages.js";
import { JsonTree } from "./json-tree.js";
import { Stack } from "./stack.js";

/** @param {{event: import("../events.js").Event}} props */
export function EventContent({ event }) {
  const { body } = event;
  const parts = [
    body["error"] && html`<${Failure} key="error" error=${body["error"]} />`,
    body["tool"] && (body["tool"].arguments !== undefined || body["tool"].result !== undefined) && html`<${Call} key="tool" tool=${body["tool"]} />`,
    body["retrieval"] && html`<${Documents} key="retrieval" retrieval=${body["retrieval"]} />`,
    body["agent"] && (body["agent"].thought || body["agent"].action) && html`<${Decision} key="agent" agent=${body["agent"]} />`,
    evalOf(body) && html`<${Titled} key="eval" title="Evaluation"><${JsonTree} value=${body["eval"]} /><//>`,
    conversation(body),
    ...["state", "state_patch", "memory"].map((name) => body[name] !== undefined && html`<${Titled} key=${name} title=${name.replace("_", " ")}><${JsonTree} value=${body[name]} /><//>`),
  ].filter(Boolean);
  if (parts.length) return html`<div class="content">${parts}</div>`;
  if (typeof body["message"] === "string") return html`<p class="prose">${body["message"]}</p>`;
  return html`<${JsonTree} value=${body} />`;
}

/** @param {Record<string, any>} body */
function conversation(body) {
  const input = body["input"];
  const output = body["output"];
  if (!input && !output) return null;
  const system = body["system_instructions"];
  return html`
    ${(system || input?.messages || output?.messages) && html`<${Chat} key="chat" messages=${[
      ...(Array.isArray(system) && system.length ? [{ role: "system", parts: system }] : typeof system === "string" ? [{ role: "system", parts: [{ type: "text", content: system }] }] : []),
      ...(input?.messages ?? []),
    ]} answers=${output?.messages ?? []} />`}
    ${!input?.messages && input !== undefined && html`<${Value} key="input" title="Input" value=${input?.value ?? input} />`}
    ${!output?.messages && output !== undefined && html`<${Value} key="output" title="Output" value=${output?.value ?? output} />`}`;
}

/** @param {{title: unknown, children?: unknown}} props */
const Titled = ({ title, children }) => html`<section class="part"><h3>${title}</h3>${children}</section>`;

/** @param {{title: unknown, value: unknown}} props */
function Value({ title, value }) {
  const read = asValue(value);
  return html`<${Titled} title=${title}>${typeof read === "string" ? html`<pre class="box said">${read}</pre>` : html`<${JsonTree} value=${read} />`}<//>`;
}

/** @param {{tool: Record<string, any>}} props */
const Call = ({ tool }) => html`<div class="pair">
  ${tool["arguments"] !== undefined && html`<${Value} title="Arguments" value=${tool["arguments"]} />`}
  ${tool["result"] !== undefined && html`<${Value} title="Result" value=${tool["result"]} />`}
</div>`;

/** @param {{error: Record<string, any>}} props */
const Failure = ({ error }) => html`<section class="part failure">
  <p><b class="bad">${error["type"] ?? "Error"}</b>${error["code"] !== undefined && html` <span class="badge error">${String(error["code"])}</span>`} ${error["message"]}</p>
  ${stackOf(error) && html`<${Stack} stack=${stackOf(error)} />`}
</section>`;

/** @param {Record<string, any>} error @returns {string} */
const stackOf = (error) => [error["stack"], error["stacktrace"]].find((told) => typeof told === "string") ?? "";

/** @param {{agent: Record<string, any>}} props */
const Decision = ({ agent }) => html`
  ${agent["thought"] && html`<${Titled} title="Thought"><p class="prose">${typeof agent["thought"] === "string" ? agent["thought"] : JSON.stringify(agent["thought"])}</p><//>`}
  ${agent["action"] && html`<${Titled} title="Action"><${JsonTree} value=${agent["action"]} /><//>`}`;

/** @param {{retrieval: Record<string, any>}} props */
const Documents = ({ retrieval }) => html`
  ${retrieval["query"] && html`<${Titled} title="Query"><p class="prose">${typeof retrieval["query"] === "string" ? retrieval["query"] : JSON.stringify(retrieval["query"])}</p><//>`}
  ${Array.isArray(retrieval["documents"]) && html`<${Titled} title=${`${retrieval["documents"].length} documents`}><ol class="documents">
    ${retrieval["documents"].map((document, index) => html`<li key=${index}>
      <header><span class="cut mono">${document?.id ?? document?.title ?? index + 1}</span><span class="dim small cut">${document?.source}</span><span class="num small">${typeof document?.score === "number" ? document.score.toFixed(2) : ""}</span></header>
      <p class="clamp">${typeof document?.content === "string" ? document.content : typeof document === "string" ? document : ""}</p></li>`)}
  </ol><//>`}`;
