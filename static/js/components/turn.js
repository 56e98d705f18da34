/** One turn of a conversation: what was asked, what was done about it, what failed, what was answered; and the way into its trace. */

import { useState } from "../../vendor/hooks.js";
import { count, duration, exact, plural, tokens } from "../format.js";
import { html } from "../html.js";
import { toEvent, toSteps, toTrace } from "../links.js";
import { dollars } from "../money.js";
import { clock, dayAndMinutes, everyWay } from "../time.js";
import { Glyph } from "./icon.js";

const FEW = 6; // tool calls shown at once
const LONG = 1600;
const LONG_PAUSE_MS = 60_000;

/** @typedef {import("../session-list.js").Turn} TurnItem */

/** @param {{turn: TurnItem, before: TurnItem | undefined, number: number, isHere: boolean, choose: () => void}} props  `before`: the turn before it */
export function Turn({ turn, before, number, isHere, choose }) {
  const pause = before ? Date.parse(turn.start) - Date.parse(before.end) : 0;
  const isOtherDay = !before || new Date(before.start).toDateString() !== new Date(turn.start).toDateString();
  const failed = turn.errors > 0 || turn.status === "error";
  const called = new Set(turn.tool_calls.map((call) => call.event_id));
  const others = turn.failures.filter((one) => !called.has(one.event_id) && (one.message || one.type));
  return html`<li class=${`one${isHere ? " here" : ""}`} id=${`turn-${number}`} tabindex=${isHere ? 0 : -1} aria-current=${isHere ? "true" : undefined} onClick=${choose}>
    ${pause >= LONG_PAUSE_MS && html`<p class="pause dim small">${duration(pause)} later</p>`}
    <aside class="num small dim"><time datetime=${turn.start} title=${everyWay(turn.start)}>${isOtherDay ? dayAndMinutes(turn.start) : clock(turn.start)}</time></aside>
    <article class="turn">
      ${turn.input && html`<div class="asked"><${Text} turn=${turn} said=${turn.input} /></div>`}
      <header><${Glyph} type=${turn.type} failed=${failed} /><b class="cut">${turn.name ?? turn.type}</b><span class="soft cut">${turn.models.join(", ")}</span></header>
      ${turn.tool_calls.length > 0 && html`<${Calls} turn=${turn} />`}
      ${others.map((one) => html`<p class="wrong" key=${one.event_id}><${Glyph} type="error" failed /><a href=${toTurn(turn, one.event_id)}>${one.name ?? one.type ?? "error"}</a> <span class="bad">${one.name && one.type ? `${one.type}: ` : ""}${one.message}</span></p>`)}
      ${turn.output ? html`<div class="answered"><${Text} turn=${turn} said=${turn.output} /></div>` : !turn.input && !turn.tool_calls.length && html`<p class="dim">Nothing was said in this turn.</p>`}
      <footer class="small dim">
        <a href=${toTurn(turn)}>${turn.trace_id ? "Open trace" : "Open event"}</a>${turn.trace_id && html`<a href=${toSteps(turn.trace_id)}>Steps</a>`}<span>${plural(turn.events, "event")}</span><span>${duration(turn.duration_ms)}</span>
        ${turn.total_tokens > 0 && html`<span class="num" title=${`${exact(turn.total_tokens)} tokens`}>${tokens(turn.input_tokens, turn.output_tokens)}</span>`}
        ${turn.requests > 0 && html`<span class="num">${dollars(turn.cost_usd)}</span>`}
        ${turn.errors > 0 && html`<span class="bad">${plural(turn.errors, "failure")}</span>`}${turn.release && html`<span class="wide">release ${turn.release}</span>`}</footer>
    </article></li>`;
}

/** @param {TurnItem} turn @param {string} [eventId] */
export const toTurn = (turn, eventId) => (turn.trace_id ? toTrace(turn.trace_id, eventId) : toEvent(eventId ?? turn.root_event_id ?? "", turn.start));

/** @param {{turn: TurnItem, said: import("../session-list.js").Said}} props */
function Text({ turn, said }) {
  const [isWhole, setWhole] = useState(said.text.length <= LONG);
  return html`<div class="prose">${isWhole ? said.text : `${said.text.slice(0, LONG)}…`}</div>
    ${!isWhole && html`<button type="button" class="btn quiet tiny" onClick=${() => setWhole(true)}>All ${count(said.text.length)} characters</button>`}
    ${isWhole && said.is_cut && html`<p class="dim small">The rest stands in <a href=${toTurn(turn, said.event_id)}>its event</a>.</p>`}`;
}

/** @param {{turn: TurnItem}} props */
function Calls({ turn }) {
  const { tool_calls: calls } = turn;
  const [isWhole, setWhole] = useState(calls.length <= FEW + 1);
  const times = repeats(calls);
  const wrong = new Map(turn.failures.map((one) => [one.event_id, one.message ?? one.type]));
  return html`<ul class="calls" aria-label="Tool calls">${calls.slice(0, isWhole ? calls.length : FEW).map((call, index) => html`<li key=${call.event_id}>
      <a class=${`plain${call.status === "error" ? " bad" : ""}`} href=${toTurn(turn, call.event_id)}><${Glyph} type="tool_call" failed=${call.status === "error"} /><b>${call.name ?? "tool"}</b>
        ${(times[index] ?? 1) > 1 && html`<span class="again" title="The same call with the same arguments">↻ ${ordinal(times[index] ?? 1)}</span>`}
        <span class="mono cut given" title=${call.arguments ?? undefined}>${call.arguments ?? ""}</span><span class="mono cut gave" title=${call.result ?? undefined}>${(wrong.get(call.event_id) ?? call.result) && `→ ${wrong.get(call.event_id) ?? call.result}`}</span><span class="num dim">${duration(call.duration_ms)}</span></a></li>`)}
    ${!isWhole && html`<li><button type="button" class="btn quiet tiny" onClick=${() => setWhole(true)}>${count(calls.length - FEW)} more calls</button></li>`}</ul>`;
}

/** The how-manieth time each call is made just so. @param {import("../session-list.js").TurnTool[]} calls */
function repeats(calls) {
  /** @type {Map<string, number>} */
  const seen = new Map();
  return calls.map(({ name, arguments: given }) => {
    const key = JSON.stringify([name, given]);
    seen.set(key, (seen.get(key) ?? 0) + 1);
    return seen.get(key) ?? 1;
  });
}

/** @param {number} number */
const ordinal = (number) => `${number}${number % 100 > 10 && number % 100 < 14 ? "th" : ["th", "st", "nd", "rd"][number % 10] ?? "th"}`;
