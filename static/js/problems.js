/** Problems: failures that are one thing, what people decided about them, and how that is undone. */

import { signal } from "../vendor/signals.js";
import { send } from "./api.js";
import { nameOfProblem } from "./changes.js";
import { say, sayFault } from "./components/toast.js";
import { CursorList } from "./cursor-list.js";
import { plural } from "./format.js";
import { project } from "./state.js";

/** @typedef {"open" | "resolved" | "ignored"} State */
/**
 * @typedef {{id: string, type: string | null, message: string | null, place: string | null, state: State, reopened_at: string | null, changed_at: string | null, changed_by: string | null,
 *   note: string | null, first_seen: string, last_seen: string, count: number, users: number, traces: number, models: string[], releases: string[],
 *   first_release: string | null, trend: number[]}} Problem
 */
/** @typedef {{key: string, count: number, first_seen: string, last_seen: string}} Share */
/**
 * @typedef {Problem & {error: Record<string, any> | null, latest_event_id: string | null, shares: Record<"user" | "release" | "model" | "environment", Share[]>,
 *   beside: {id: string, type: string | null, message: string | null, traces: number}[], events: import("./events.js").Event[], sample_traces: {trace_id: string, at: string}[], buckets: string[], from: string, to: string}} ProblemWhole
 */

/** As the API asks for them, with the words for them. */
export const STATES = /** @type {const} */ ([["open", "Open"], ["regressed", "Seen again"], ["resolved", "Resolved"], ["ignored", "Ignored"]]);

/** @type {Record<State, string>} */
const DONE = { open: "Opened again", resolved: "Resolved", ignored: "Ignored" };

/** @extends {CursorList<Problem>} */
export class ProblemList extends CursorList {
  /** @param {import("./api.js").Params} params  of /errors */
  constructor(params) {
    super("/errors", ({ id }) => id, params);
  }
}

/** What a problem is called; its message says the rest, where it is not its name already. @param {Problem} problem @returns {[string, string]} */
export function toldBy(problem) {
  const name = nameOfProblem(problem);
  return [name, problem.type ? problem.message ?? "" : (problem.message ?? "").slice(name.length)];
}

/** What was decided last: what is shown follows. @type {import("../vendor/signals.js").Signal<{ids: ReadonlySet<string>, state: State | null}>} */
export const decided = signal({ ids: new Set(), state: null });

/** Decide about problems at once; then say so, with the way back. @param {readonly Problem[]} problems @param {State} state @param {string | null} [note]  without one each keeps its own */
export async function decide(problems, state, note) {
  const [first] = problems;
  if (!first) return;
  try {
    await write(problems, state, note);
  } catch (fault) {
    sayFault(fault, "Nothing was changed");
    return;
  }
  decided.value = { ids: new Set(problems.map(({ id }) => id)), state };
  say(`${note === undefined ? DONE[state] : "Noted"}: ${problems.length === 1 ? nameOfProblem(first) : plural(problems.length, "problem")}`, () => void undo(problems));
}

/** As it was before, note and all. @param {readonly Problem[]} problems */
async function undo(problems) {
  try {
    for (const [state, same] of Map.groupBy(problems, (problem) => problem.state)) await write(same, state);
  } catch (fault) {
    sayFault(fault, "It could not be undone");
  }
  decided.value = { ids: new Set(), state: null };
}

/** @param {readonly Problem[]} problems @param {State} state @param {string | null} [note] */
async function write(problems, state, note) {
  for (const [text, same] of Map.groupBy(problems, (problem) => (note === undefined ? problem.note : note))) {
    await send("PATCH", "/errors", { ids: same.map(({ id }) => id), state, note: text }, { project_id: project.peek()?.id });
  }
}
