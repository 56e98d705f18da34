/** Everything said and done in a trace, in order of time, as one readable text: prompts, answers, calls and what came back. */

import { useEffect, useMemo, useState } from "../../vendor/hooks.js";
import { send } from "../api.js";
import { asValue } from "../events.js";
import { count, duration, tokens } from "../format.js";
import { html } from "../html.js";
import { linkHere } from "../router.js";
import { project } from "../state.js";
import { ATTACHED, DUPLICATE } from "../trace.js";
import { Glyph } from "./icon.js";
import { JsonTree } from "./json-tree.js";
import { Empty, Failed, Skeleton } from "./states.js";
import { Turn } from "./transcript-turn.js";

const TOLD = new Set(["model_response", "tool_call", "retrieval", "message", "error"]);
const PAGE = 40;

/** @typedef {import("../events.js").Event} Event */

/** @param {{trace: import("../trace.js").Trace}} props */
export function Transcript({ trace }) {
  const rows = useMemo(() => toldRows(trace), [trace]);
  const [most, setMost] = useState(PAGE);
  const [events, setEvents] = useState(/** @type {Map<string, Event>} */ (new Map()));
  const [fault, setFault] = useState(/** @type {Error | null} */ (null));
  const [round, setRound] = useState(0);
  const shown = rows.slice(0, most);
  useEffect(() => {
    const ids = shown.map((row) => trace.idOf(row)).filter((id) => !events.has(id));
    if (!ids.length) return;
    setFault(null);
    lookedUp(ids, trace.facts.trace_id).then((found) => setEvents((old) => new Map([...old, ...found])), setFault);
  }, [trace, most, round]);
  if (!rows.length) return html`<div class="scroll pad"><${Empty} title="Nothing was said in this trace."><p>It holds no model call, tool call, retrieval or message.</p><//></div>`;
  const asked = newInputs(shown, trace, events);
  return html`<div class="scroll transcript" tabindex="-1"><ol>
    ${shown.map((row) => html`<${Step} key=${row} trace=${trace} row=${row} event=${events.get(trace.idOf(row))} asked=${asked.get(row) ?? []} />`)}</ol>
    ${fault && html`<${Failed} fault=${fault} again=${() => setRound(round + 1)} />`}
    ${rows.length > most && html`<button type="button" class="btn" onClick=${() => setMost(most + PAGE)}>Next ${Math.min(PAGE, rows.length - most)} of ${count(rows.length - most)} more</button>`}
  </div>`;
}

/** @param {{trace: import("../trace.js").Trace, row: number, event: Event | undefined, asked: import("./messages.js").Message[]}} props */
function Step({ trace, row, event, asked }) {
  const type = trace.typeOf(row);
  const failed = trace.failed[row] === 1;
  const body = event?.body ?? {};
  const call = trace.figure(row, "input_tokens");
  const length = /** @type {number} */ (trace.length[row]);
  return html`<li>${asked.map((message, index) => html`<div class="step" key=${`asked ${index}`}><aside></aside><${Turn} who=${message.name ?? message.role ?? "input"} message=${message} folds /></div>`)}
    <div class=${`step${failed ? " err" : ""}`}><aside class="num small dim"><a class="plain" href=${linkHere({ view: null, event: trace.idOf(row) })} title="Show it in the waterfall">${duration((trace.start[row] ?? 0) / 1000) || "0 ms"}</a></aside>
    <article class="turn"><header><${Glyph} type=${type} failed=${failed} /><b>${trace.nameOf(row) || type}</b><span class="soft cut">${trace.modelOf(row)}</span>
      <span class="num">${typeof call === "number" ? `${tokens(call, trace.figure(row, "output_tokens"))} · ` : ""}${Number.isNaN(length) ? "" : duration(length / 1000)}</span></header>
      ${failed && html`<p class="bad">${body["error"]?.type && html`<b>${body["error"].type}</b> `}${body["error"]?.message ?? trace.messageOf(row)}</p>`}
      ${!event ? html`<${Skeleton} lines=${2} />` : html`<${Said} type=${type} body=${body} />`}
    </article></div></li>`;
}

/** @param {{type: string, body: Record<string, any>}} props */
function Said({ type, body }) {
  if (type === "tool_call") {
    const { arguments: given, result } = body["tool"] ?? {};
    return html`${given !== undefined && html`<${Block} title="called with" value=${given} />`}${result !== undefined && html`<${Block} title="gave" value=${result} />`}`;
  }
  if (type === "retrieval") {
    const documents = body["retrieval"]?.documents ?? [];
    return html`${body["retrieval"]?.query && html`<p class="prose">“${String(body["retrieval"].query)}”</p>`}
      <ul class="hits">${documents.slice(0, 8).map((/** @type {any} */ one, /** @type {number} */ at) => html`<li key=${at}><span class="num">${typeof one?.score === "number" ? one.score.toFixed(2) : ""}</span><span class="cut">${one?.id ?? one?.title ?? ""} <span class="dim">${typeof one?.content === "string" ? one.content.slice(0, 160) : ""}</span></span></li>`)}</ul>`;
  }
  const said = body["output"]?.messages ?? (type === "message" ? body["input"]?.messages : undefined);
  if (Array.isArray(said)) return said.map((message, index) => html`<${Turn} key=${index} message=${message} />`);
  const text = body["output"]?.value ?? body["output"] ?? body["message"];
  if (text === undefined) return null;
  const value = asValue(text);
  return typeof value === "string" ? html`<p class="prose">${value}</p>` : html`<${JsonTree} value=${value} />`;
}

/** @param {{title: string, value: unknown}} props */
const Block = ({ title, value }) => {
  const read = asValue(value);
  return html`<div class="given"><span class="dim small">${title}</span>${typeof read === "string" ? html`<pre class="json box said">${read}</pre>` : html`<${JsonTree} value=${read} />`}</div>`;
};

/** Rows that say something, by time; what was told beside a call is in the call. @param {import("../trace.js").Trace} trace */
function toldRows(trace) {
  const rows = [];
  for (let row = 0; row < trace.size; row += 1) {
    if (!TOLD.has(trace.typeOf(row)) || trace.is(row, DUPLICATE)) continue;
    const parent = trace.parent[row] ?? -1;
    if (trace.is(row, ATTACHED) && parent >= 0 && TOLD.has(trace.typeOf(parent))) continue;
    rows.push(row);
  }
  return rows.sort((one, other) => (trace.start[one] ?? 0) - (trace.start[other] ?? 0) || one - other);
}

/** What each call was given that nobody was told before: a conversation repeats itself in every call. @param {number[]} rows @param {import("../trace.js").Trace} trace @param {Map<string, Event>} events */
function newInputs(rows, trace, events) {
  /** @type {Map<number, import("./messages.js").Message[]>} */
  const found = new Map();
  /** @type {Set<string>} */
  const known = new Set();
  for (const row of rows) {
    const body = events.get(trace.idOf(row))?.body;
    if (!body) continue;
    if (typeof body["retrieval"]?.query === "string") known.add(body["retrieval"].query.trim());
    const fresh = [];
    for (const message of body["input"]?.messages ?? []) {
      const text = textOf(message);
      if (!known.has(text) && ["user", "system"].includes(message.role)) fresh.push(message);
      known.add(text);
    }
    for (const message of body["output"]?.messages ?? []) known.add(textOf(message));
    if (fresh.length && trace.typeOf(row) === "model_response") found.set(row, fresh);
  }
  return found;
}

/** @param {import("./messages.js").Message} message */
const textOf = ({ parts, content }) => {
  const texts = (parts ?? []).map((part) => part.content);
  return texts.length && texts.every((text) => typeof text === "string") ? texts.join("\n").trim() : JSON.stringify(parts ?? content);
};

/** As many at once as an answer holds; what is left out is asked for again. @param {string[]} ids @param {string} traceId @returns {Promise<[string, Event][]>} */
async function lookedUp(ids, traceId) {
  /** @type {[string, Event][]} */
  const found = [];
  let wanted = ids;
  while (wanted.length) {
    const { items, left_out: rest } = await send("POST", "/events/lookup", { ids: wanted, trace_id: traceId }, { project_id: project.peek()?.id });
    found.push(...items.map((/** @type {Event} */ event) => /** @type {[string, Event]} */ ([event.eventId, event])));
    if (!items.length) break;
    wanted = rest;
  }
  return found;
}
