/** The project's breakpoints, asked of every step of a trace: where the player stops. */

import { useEffect, useMemo, useState } from "../vendor/hooks.js";
import { ask } from "./api.js";
import { meets, readCondition } from "./breakpoints.js";
import { changedPaths } from "./json-diff.js";
import { useSaved } from "./saved.js";
import { project } from "./state.js";

/** @typedef {import("./steps.js").Steps} Steps */
/** @typedef {import("./step-states.js").Held} Held */
/** @typedef {import("./components/step-breakpoints.js").Breakpoint} Breakpoint */

const MOST_ACTIONS = 2000; // states looked at for what they changed
const LONGEST_NAME = 100;
const PAGE = 200;
const MOST_PAGES = 5;
const DAY_MS = 86_400_000;

/**
 * @param {{steps: Steps, lines: import("./step-lines.js").StepLines, states: import("./step-states.js").StepStates, bodies: import("./step-bodies.js").StepBodies}} of
 */
export function useStepStops({ steps, lines, states, bodies }) {
  const saved = /** @type {import("./saved.js").Saved<{condition: string, isOn: boolean}>} */ (useSaved("breakpoints"));
  const [holding, setHolding] = useState(/** @type {ReadonlyMap<string, ReadonlySet<number>>} */ (new Map()));
  const [fault, setFault] = useState(/** @type {Error | null} */ (null));
  const read = (saved.items ?? []).map(({ id, content }) => ({ id, text: content.condition, isOn: content.isOn, ...understood(content.condition) }));
  const on = read.filter(({ isOn }) => isOn).flatMap(({ clauses }) => clauses);
  const looksAtStates = on.some(({ kind }) => kind === "changes");
  const texts = on.flatMap((clause) => (clause.kind === "contains" ? [clause.text] : []));
  useEffect(() => {
    if (looksAtStates) bodies.need(states.ids(MOST_ACTIONS));
  }, [looksAtStates, bodies, states]);
  useEffect(() => {
    for (const text of texts) {
      if (!holding.has(text)) stepsWith(steps, text).then((found) => setHolding((old) => new Map([...old, [text, found]])), setFault);
    }
  }, [texts.join("\n"), steps]);
  const version = looksAtStates ? bodies.version.value : 0;
  const changes = useMemo(() => (looksAtStates ? changesOf(states, bodies) : new Map()), [states, bodies, version, looksAtStates]);
  return useMemo(() => {
    /** @param {number} index */
    const changed = (index) => (changes.has(index) ? changes.get(index) : []);
    const known = { steps, repeats: lines.repeats, changed, holding: (/** @type {string} */ text) => holding.get(text) };
    const breakpoints = saved.items && read.map((one) => ({ ...one, ...hitsOf(one, known) }));
    return {
      breakpoints, fault: saved.fault ?? fault,
      stops: new Set((breakpoints ?? []).flatMap(({ hits }) => hits)),
      add: async (/** @type {string} */ text) => void (await saved.save(text.slice(0, LONGEST_NAME), { condition: text, isOn: true })),
      change: (/** @type {string} */ id, /** @type {boolean} */ isOn) => {
        const item = saved.items?.find((one) => one.id === id);
        if (item) saved.save(item.name, { ...item.content, isOn }, id).catch(setFault);
      },
      remove: (/** @type {string} */ id) => void saved.remove(id).catch(setFault),
    };
  }, [saved.items, saved.fault, fault, lines, holding, changes]);
}

/** @param {string} condition @returns {{clauses: import("./breakpoints.js").Clause[], fault: string}} */
function understood(condition) {
  try {
    return { clauses: readCondition(condition), fault: "" };
  } catch (problem) {
    return { clauses: [], fault: /** @type {Error} */ (problem).message };
  }
}

/** @param {{clauses: import("./breakpoints.js").Clause[], isOn: boolean}} one @param {import("./breakpoints.js").Known} known */
function hitsOf({ clauses, isOn }, known) {
  /** @type {number[]} */
  const hits = [];
  let isWhole = true;
  for (let index = 0; isOn && clauses.length && index < known.steps.size; index += 1) {
    const met = meets(clauses, index, known);
    if (met) hits.push(index);
    else if (met === undefined) isWhole = false;
  }
  return { hits, isWhole };
}

/** Step → paths of state and memory it changed; undefined: not known yet. @param {import("./step-states.js").StepStates} states @param {import("./step-bodies.js").StepBodies} bodies */
function changesOf(states, bodies) {
  /** @type {Map<number, string[] | undefined>} */
  const changes = new Map();
  const read = (/** @type {string} */ id) => bodies.get(id);
  for (const [place, { at }] of states.tellings.entries()) {
    if (changes.has(at)) continue;
    changes.set(at, place < MOST_ACTIONS ? pathsBetween(at > 0 ? states.at(at - 1, read) : null, states.at(at, read)) : undefined);
  }
  return changes;
}

/** What is told for the first time has not changed; undefined: not known yet. @param {Held | null} before @param {Held} now */
export function pathsBetween(before, now) {
  if (now.needs.length || before?.needs.length) return undefined;
  if (before?.state === undefined && before?.memory === undefined) return [];
  return [...changedPaths(before.state, now.state, "state"), ...changedPaths(before.memory, now.memory, "memory")];
}

/** @param {Steps} steps @param {string} text @returns {Promise<Set<number>>} */
async function stepsWith({ trace, list, owner }, text) {
  const { trace_id, start, end } = trace.facts;
  const range = { from: new Date(Date.parse(start) - DAY_MS).toISOString(), to: new Date(Date.parse(end) + DAY_MS).toISOString() };
  /** @type {Set<number>} */
  const found = new Set();
  let cursor = "";
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const { items, next } = await ask("/events", { project_id: project.peek()?.id, trace_id, text, ...range, limit: PAGE, cursor });
    for (const { eventId } of items) {
      const row = trace.rowOf(eventId);
      const index = owner[row] ?? -1;
      const step = list[index];
      if (step && (step.row === row || step.holder === row)) found.add(index);
    }
    if (!next) break;
    cursor = next;
  }
  return found;
}
