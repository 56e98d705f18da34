/** The totals of the range: a number, and how it moved against the range before. Each opens what it counts. */

import { change, count, duration, durationParts, exact, percent } from "../format.js";
import { html } from "../html.js";
import { toCosts, toEvents } from "../links.js";
import { dollars } from "../money.js";

/** @typedef {{events: number, requests: number, errors: number, error_rate: number | null, input_tokens: number, output_tokens: number, cost_usd: number | null,
 *   latency_ms: {p50: number | null, p95: number | null, p99: number | null}}} Totals */

/** @param {{now: Totals | undefined, before: Totals | undefined, isOld: boolean, isSlow: boolean, against: string, filters: import("../router.js").Changes}} props */
export function Tiles({ now, before, isOld, against, filters }) {
  const calls = toEvents({ ...filters, type: "model_response" });
  const failing = toEvents({ ...filters, type: "model_response", status: "error" });
  /** @param {number | null | undefined} ms */
  const slowerThan = (ms) => (ms ? toEvents({ ...filters, type: "model_response", min_latency_ms: String(Math.floor(ms)) }) : calls);
  /** @type {[string, string, unknown, string, {text: string, isWorse: boolean}, string][]} */
  const tiles = [
    ["Requests", calls, count(now?.requests), exact(now?.requests), change(now?.requests, before?.requests), ""],
    ["Error rate", failing, now ? percent(now.error_rate) || "–" : "", now ? `${exact(now.errors)} failed` : "", change(now?.error_rate, before?.error_rate, { points: true, worse: true }), ""],
    ["Tokens in", calls, count(now?.input_tokens), exact(now?.input_tokens), change(now?.input_tokens, before?.input_tokens), ""],
    ["Tokens out", calls, count(now?.output_tokens), exact(now?.output_tokens), change(now?.output_tokens, before?.output_tokens), ""],
    ["Cost", toCosts(filters), now ? dollars(now.cost_usd) : "", now?.cost_usd === null ? "No price is known" : "", change(now?.cost_usd, before?.cost_usd, { worse: true }), ""],
    ...(/** @type {const} */ (["p50", "p95", "p99"]).map((name) => /** @type {[string, string, unknown, string, {text: string, isWorse: boolean}, string]} */ ([
      name === "p50" ? "Latency p50" : name, slowerThan(now?.latency_ms[name]), latency(now?.latency_ms[name], now !== undefined), duration(now?.latency_ms[name]),
      change(now?.latency_ms[name], before?.latency_ms[name], { worse: true }), "lat",
    ]))),
  ];
  return html`<section class=${`tiles${isOld ? " old" : ""}`} aria-label=${`Totals, and the change against ${against}`}>
    ${tiles.map(([label, href, value, title, moved, look]) => html`<a class=${`tile plain ${look}`} key=${label} href=${href} title=${title}>
      <span class="l">${label}</span><span class="v">${now ? value : html`<i class="wait"></i>`}</span>
      <span class=${`d${moved.isWorse ? " worse" : ""}`} title=${moved.text && `against ${against}`}>${moved.text || (now ? "\u00a0" : "")}</span></a>`)}
  </section>`;
}

/** @param {number | null | undefined} ms @param {boolean} isKnown */
function latency(ms, isKnown) {
  const [number, unit] = durationParts(ms);
  return number ? html`${number}<small> ${unit}</small>` : isKnown ? "–" : "";
}
