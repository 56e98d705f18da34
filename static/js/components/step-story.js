/** One step told: what the agent knew, what it decided, what it called and what came back. */

import { useMemo } from "../../vendor/hooks.js";
import { duration } from "../format.js";
import { html } from "../html.js";
import { toTrace } from "../links.js";
import { dollars } from "../money.js";
import { callBefore, changeOf, contextOf } from "../step-context.js";
import { EventContent } from "./event-content.js";
import { Glyph, Icon } from "./icon.js";
import { Stack } from "./stack.js";
import { StepCall } from "./step-calls.js";
import { StepDecision, StepThought } from "./step-decision.js";
import { StepKnew } from "./step-knew.js";
import { Failed, Skeleton } from "./states.js";

/** @typedef {import("../steps.js").Steps} Steps */
/** @typedef {import("../step-lines.js").StepLines} StepLines */
/** @typedef {import("../step-bodies.js").StepBodies} StepBodies */

const MOST_CALLS = 8;

/** @param {{steps: Steps, lines: StepLines, index: number, bodies: StepBodies, toStep: (index: number) => string}} props */
export function StepStory({ steps, lines, index, bodies, toStep }) {
  const version = bodies.version.value;
  const { trace } = steps;
  const { row, holder } = steps.at(index);
  /** @param {number} at */
  const bodyAt = (at) => bodies.get(steps.idOf(at));
  const event = bodyAt(index);
  const fault = bodies.fault.value;
  const action = holder < 0 ? null : bodies.get(trace.idOf(holder))?.body["agent"];
  return html`<div class="mid scroll" tabindex="-1"><${Head} steps=${steps} lines=${lines} index=${index} /><${Hint} steps=${steps} lines=${lines} index=${index} />
    ${fault ? html`<${Failed} fault=${fault} again=${() => bodies.again()} />`
      : event === undefined ? html`<${Skeleton} lines=${12} />`
      : event === null ? html`<p class="dim">This event is not stored any more.</p>`
      : trace.typeOf(row) === "model_response" ? html`<${Call} ...${{ steps, lines, index, action, bodyAt, toStep, version }} />`
      : trace.typeOf(row) === "tool_call" ? html`<${Decided} steps=${steps} index=${index} toStep=${toStep} /><${StepThought} action=${action} /><${StepCall} steps=${steps} lines=${lines} index=${index} body=${event.body} here=${index} toStep=${toStep} /><${Failure} body=${event.body} />`
      : html`<section><${EventContent} event=${event} /></section>`}</div>`;
}

/** @param {{steps: Steps, lines: StepLines, index: number}} props */
function Head({ steps, lines, index }) {
  const { trace } = steps;
  const { row, start, end } = steps.at(index);
  const cost = trace.counts(row) ? trace.figure(row, "cost_usd") : null;
  return html`<header class="sh1"><${Glyph} type=${trace.typeOf(row)} failed=${steps.hasFailed(index)} /><h2 class="cut">${lines.nameOf(index)}</h2>${trace.modelOf(row) && html`<span class="soft cut">${trace.modelOf(row)}</span>`}
    ${end > start && html`<span class="dim num">${duration((end - start) / 1000)}</span>`}${typeof cost === "number" && html`<span class="dim num">${dollars(cost)}</span>`}<span class="grow"></span>
    <a class="wide" href=${toTrace(trace.facts.trace_id, trace.idOf(row))}>Show in waterfall</a></header>`;
}

/** A loop is said in words. @param {{steps: Steps, lines: StepLines, index: number}} props */
function Hint({ steps, lines, index }) {
  const loop = lines.loopAt(index);
  if (!loop) return null;
  const { calls } = loop;
  const name = steps.toolOf(calls[0] ?? 0);
  const failed = calls.filter((call) => steps.hasFailed(call)).length;
  const alike = new Set(calls.map((call) => steps.trace.messageOf(steps.at(call).row))).size === 1;
  const numbers = calls.length <= 6 ? listed(calls.map((call) => call + 1)) : `${(calls[0] ?? 0) + 1} to ${(calls.at(-1) ?? 0) + 1}, ${calls.length} of them,`;
  const outcome = failed === calls.length ? (alike ? " and fail the same way" : " and all fail") : failed ? `; ${failed} of them fail` : "";
  return html`<p class="hint"><${Icon} name="repeat" size=${14} /><span>Steps ${numbers} call <code>${name}</code> with the same arguments${outcome}.</span></p>`;
}

/** @param {number[]} numbers */
const listed = (numbers) => (numbers.length < 2 ? String(numbers[0]) : `${numbers.slice(0, -1).join(", ")} and ${numbers.at(-1)}`);

/** @param {{steps: Steps, lines: StepLines, index: number, action: Record<string, any> | null | undefined, version: number, bodyAt: (at: number) => import("../events.js").Event | null | undefined, toStep: (index: number) => string}} props */
function Call({ steps, lines, index, action, version, bodyAt, toStep }) {
  const body = bodyAt(index)?.body ?? {};
  const bodyOf = (/** @type {number} */ at) => bodyAt(at)?.body;
  const since = callBefore(steps, index);
  const [context, before] = useMemo(() => [contextOf(steps, index, bodyOf), since < 0 ? null : contextOf(steps, since, bodyOf)], [steps, index, version]);
  const calls = callsOf(steps, index);
  return html`${context ? html`<${StepKnew} key=${index} context=${context} change=${before && changeOf(context, before)} since=${before ? since : -1} body=${body} toStep=${toStep} />`
      : html`<section><header class="h"><h3>What the agent knew</h3></header><p class="dim teach">The prompt of this call was not recorded.</p></section>`}
    <${StepDecision} body=${body} action=${action} />
    ${calls.map((at) => html`<${StepCall} key=${at} steps=${steps} lines=${lines} index=${at} body=${bodyAt(at) && bodyOf(at)} here=${index} toStep=${toStep} />`)}`;
}

/** The calls of tools between a decision and the next. @param {Steps} steps @param {number} index */
export function callsOf(steps, index) {
  const found = [];
  const { depth } = steps.at(index);
  for (let at = index + 1; at < steps.size && found.length < MOST_CALLS; at += 1) {
    const one = steps.at(at);
    if (one.depth < depth || (one.depth === depth && steps.typeOf(at) === "model_response")) break;
    if (steps.typeOf(at) === "tool_call" && (one.depth === depth || steps.around(at) === index)) found.push(at);
  }
  return found;
}

/** Who decided on a call: the model call before it. @param {{steps: Steps, index: number, toStep: (index: number) => string}} props */
function Decided({ steps, index, toStep }) {
  const { depth } = steps.at(index);
  const around = steps.around(index);
  for (let at = index - 1; at >= 0; at -= 1) {
    if (steps.typeOf(at) === "model_response" && (at === around || steps.at(at).depth === depth)) return html`<p class="soft decided">Decided in <a href=${toStep(at)}>step ${at + 1}, ${steps.nameOf(at)}</a></p>`;
  }
  return null;
}

/** @param {{body: Record<string, any>}} props */
const Failure = ({ body }) => {
  const stack = body["error"]?.stack ?? body["error"]?.stacktrace;
  return typeof stack === "string" && stack ? html`<section><header class="h"><h3>Where it failed</h3></header><${Stack} stack=${stack} /></section>` : null;
};
