/** What one call used: its tokens by kind as a bar, and price times tokens as a sum. */

import { exact } from "../format.js";
import { html } from "../html.js";
import { dollars } from "../money.js";
import { CostWhy } from "./cost-why.js";

/** @param {{trace: import("../trace.js").Trace, row: number, event: import("../events.js").Event | undefined}} props */
export function SpanUsage({ trace, row, event }) {
  const input = trace.figure(row, "input_tokens");
  if (typeof input !== "number") return null;
  const cached = trace.figure(row, "cache_read_tokens") ?? 0;
  const written = trace.figure(row, "cache_write_tokens") ?? 0;
  const output = trace.figure(row, "output_tokens") ?? 0;
  const reasoning = trace.figure(row, "reasoning_tokens") ?? 0;
  /** @type {[string, number, string][]} */
  const kinds = [
    ["new input", Math.max(0, input - cached - written), "s1"], ["read from cache", cached, "s2"], ["written to cache", written, "s3"],
    ["output", Math.max(0, output - reasoning), "s4"], ["reasoning", reasoning, "s5"],
  ];
  const told = kinds.filter(([, tokens]) => tokens > 0);
  const all = told.reduce((sum, [, tokens]) => sum + tokens, 0);
  return html`<section class="usage"><h3>Tokens</h3>
    <div class="meter" aria-hidden="true">${told.map(([name, tokens, look]) => html`<i key=${name} class=${look} style=${{ width: `${(tokens / all) * 100}%` }}></i>`)}</div>
    <ul class="legend">${told.map(([name, tokens, look]) => html`<li key=${name}><i class=${look}></i>${name}<b class="num">${exact(tokens)}</b></li>`)}</ul>
    <${Money} cost=${event?.body["cost"]} tokens=${{ input: Math.max(0, input - cached - written), output, cache_read: cached, cache_write: written, reasoning }} />
    ${event && html`<${CostWhy} key=${event.eventId} id=${event.eventId} isBrief />`}</section>`;
}

const NAMED = /** @type {const} */ ([["input", "Input"], ["cache_read", "Cache read"], ["cache_write", "Cache write"], ["output", "Output"], ["reasoning", "Reasoning"]]);

/** @param {{cost: Record<string, any> | undefined, tokens: Record<string, number>}} props */
function Money({ cost, tokens }) {
  if (!cost || typeof cost["total"] !== "number") return null;
  const parts = NAMED.filter(([name]) => typeof cost[name] === "number" && cost[name] > 0);
  return html`<table class="money"><tbody>
    ${parts.map(([name, words]) => html`<tr key=${name}><th scope="row">${words}</th><td class="num dim">${tokens[name] ? `${exact(tokens[name])} × $${perMillion(cost[name], tokens[name] ?? 1)} a million` : ""}</td><td class="num">${dollars(cost[name])}</td></tr>`)}
    <tr class="sum"><th scope="row">Total</th><td class="num dim cut" title=${cost["price_version"]}>${cost["source"] ?? ""}</td><td class="num">${dollars(cost["total"])}</td></tr>
  </tbody></table>`;
}

/** @param {number} money @param {number} tokens */
const perMillion = (money, tokens) => String(Number(((money / tokens) * 1e6).toPrecision(3)));
