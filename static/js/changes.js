/** What changed, in sentences: this range against the one before. Computed, never written by a model; silent when nothing changed. */

import { percent } from "./format.js";

/** @typedef {import("./components/tiles.js").Totals} Totals */
/** @typedef {{id: string, type: string | null, message: string, first_seen: string, last_seen: string, count: number, users: number, state: string, releases: string[]}} Problem */
/** @typedef {{key: string, kind: "failing" | "errors" | "latency" | "cost", what: string, problem?: Problem, now?: number, before?: number}} Change */

const MOST = 3;
const ENOUGH_REQUESTS = 20;
const ENOUGH_FAILURES = 3;

/** @param {Totals | undefined} now @param {Totals | undefined} before @param {Problem[]} problems @param {number} from  start of the range @param {number} to @returns {Change[]} */
export function changesOf(now, before, problems, from, to) {
  if (!now) return [];
  /** @type {Change[]} */
  const changes = began(problems, before ? before.events > 0 : false, from, to).map((problem) => ({ key: problem.id, kind: "failing", what: nameOfProblem(problem), problem }));
  if (!before || before.requests < ENOUGH_REQUESTS || now.requests < ENOUGH_REQUESTS) return changes.slice(0, MOST);
  const [rate, rateBefore] = [now.error_rate ?? 0, before.error_rate ?? 0];
  if (!changes.length && now.errors >= ENOUGH_FAILURES && rate - rateBefore >= 0.005 && rate >= 1.5 * rateBefore) {
    changes.push({ key: "errors", kind: "errors", what: percent(rate), now: rate, before: rateBefore });
  }
  const [p95, p95Before] = [now.latency_ms.p95 ?? 0, before.latency_ms.p95 ?? 0];
  if (p95Before > 0 && p95 >= 1.5 * p95Before && p95 - p95Before >= 200) changes.push({ key: "latency", kind: "latency", what: "", now: p95, before: p95Before });
  const [each, eachBefore] = [(now.cost_usd ?? 0) / now.requests, (before.cost_usd ?? 0) / before.requests];
  if (eachBefore > 0 && each >= 1.5 * eachBefore) changes.push({ key: "cost", kind: "cost", what: "", now: each, before: eachBefore });
  return changes.slice(0, MOST);
}

/** Problems that began in this range and not with it; the same failure told by several spans is told once. @param {Problem[]} problems @param {boolean} hadEvents @param {number} from @param {number} to */
function began(problems, hadEvents, from, to) {
  const since = hadEvents ? from : from + (to - from) / 10;
  /** @type {Problem[]} */
  const told = [];
  const fresh = problems.filter(({ state, count, first_seen }) => state === "open" && count >= ENOUGH_FAILURES && Date.parse(first_seen) >= since);
  for (const problem of fresh.sort((one, other) => other.count - one.count || Number(other.type !== null) - Number(one.type !== null))) {
    const twin = told.find((one) => Math.abs(Date.parse(one.first_seen) - Date.parse(problem.first_seen)) < 5000);
    if (twin) {
      if (twin.type === null && problem.type !== null) told[told.indexOf(twin)] = problem;
    } else told.push(problem);
  }
  return told.slice(0, 2);
}

/** @param {{type: string | null, message: string | null}} problem */
export const nameOfProblem = ({ type, message }) => type || message?.slice(0, 80) || "An error without a name";
