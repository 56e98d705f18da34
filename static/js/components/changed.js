/** The answer first: what changed, in words, with a number and one link each. */

import { changesOf } from "../changes.js";
import { count, duration, percent, plural } from "../format.js";
import { html } from "../html.js";
import { toCosts, toEvents, toProblem, toProblems } from "../links.js";
import { dollars } from "../money.js";
import { DAY, dayAndMinutes, minutes } from "../time.js";
import { Glyph } from "./icon.js";

/** @param {{now: any, before: any, problems: any[], span: import("../time.js").Span, against: string, filters: Record<string, string[]>}} props */
export function Changed({ now, before, problems, span, against, filters }) {
  const changes = changesOf(now, before, problems, span.from, span.to);
  if (!changes.length) return null;
  return html`<section class="changed" aria-label="What changed">${changes.map((change) => html`<article key=${change.key}>${sentence(change, against, filters)}</article>`)}</section>`;
}

/** @param {import("../changes.js").Change} change @param {string} against @param {Record<string, string[]>} filters */
function sentence({ kind, what, problem, now = 0, before = 0 }, against, filters) {
  if (kind === "failing" && problem) {
    const [release] = problem.releases;
    return html`<${Glyph} type="error" failed /><p><b><code>${what}</code> fails since ${since(problem.first_seen)}.</b> ${plural(problem.count, "time")}${problem.users > 0 ? `, ${plural(problem.users, "user")}` : ""}${
      release && problem.releases.length === 1 ? `, all in release ${release}` : ""}. ${problem.type && problem.message !== what ? html`<span class="dim">${problem.message.slice(0, 120)}</span>` : ""}</p>
      <a href=${toProblem(problem.id)}>Open the failures</a>`;
  }
  if (kind === "errors") return html`<${Glyph} type="error" failed /><p><b>${percent(now)} of requests fail, up from ${percent(before)}</b> ${against}.</p><a href=${toProblems(filters)}>Show what fails</a>`;
  if (kind === "latency") return html`<${Glyph} type="span" /><p><b>The slowest twentieth takes ${duration(now)} or longer, up from ${duration(before)}</b> ${against}.</p><a href=${toEvents({ ...filters, type: "model_response", min_latency_ms: String(Math.floor(now)) })}>Show the slowest</a>`;
  return html`<${Glyph} type="token_usage" /><p><b>A request costs ${dollars(now)}, up from ${dollars(before)}</b> ${against}: ${count(now / before)} times as much.</p><a href=${toCosts(filters)}>Show the costs</a>`;
}

/** @param {string} moment */
const since = (moment) => (Date.now() - Date.parse(moment) < DAY ? minutes(moment) : dayAndMinutes(moment));
