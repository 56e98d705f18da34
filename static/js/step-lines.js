/** What each step says in a line, and where the same call comes again: loops are bracketed, repeats counted. */

/** @typedef {import("./steps.js").Steps} Steps */
/** @typedef {{id: string[], asked: (string | null)[], said: (string | null)[], call: (number | null)[], documents: (number | null)[]}} Told  of /traces/{id}/steps */
/** `all`: indices of the steps with this very call. `nth` from 1. @typedef {{all: readonly number[], nth: number}} Repeat */
/** From one index through another. @typedef {{from: number, to: number, calls: readonly number[]}} Loop */

const APART = 8; // steps between two calls of one loop
const BRIEF = 60;

export class StepLines {
  /** @param {Steps} steps @param {Told | undefined} told  undefined: not answered yet */
  constructor(steps, told) {
    this.steps = steps;
    this.told = told;
    this.places = new Map(told?.id.map((id, place) => [id, place]));
    /** @type {Map<number, number[]>} */
    const groups = new Map();
    for (let index = 0; index < steps.size; index += 1) {
      const call = this.tell(index, "call");
      if (call !== null) groups.set(call, [...(groups.get(call) ?? []), index]);
    }
    /** @type {Map<number, Repeat>} by index */
    this.repeats = new Map();
    for (const all of groups.values()) if (all.length > 1) for (const [place, index] of all.entries()) this.repeats.set(index, { all, nth: place + 1 });
    this.loops = loopsOf(steps, [...groups.values()]);
  }

  /** @template {"asked" | "said" | "call" | "documents"} Column @param {number} index @param {Column} column @returns {Told[Column][number]} */
  tell(index, column) {
    const place = this.places.get(this.steps.trace.shortIds[this.steps.at(index).row] ?? "");
    return place === undefined ? null : this.told?.[column][place] ?? null;
  }

  /** @param {number} index */
  nameOf(index) {
    const { steps } = this;
    if (steps.typeOf(index) !== "message" || steps.trace.nameOf(steps.at(index).row)) return steps.nameOf(index);
    if (!this.told) return "message";
    return this.tell(index, "said") !== null ? "Answer to the user" : "User writes";
  }

  /** @param {number} index @returns {string} */
  noteOf(index) {
    const { trace } = this.steps;
    const { row } = this.steps.at(index);
    const type = trace.typeOf(row);
    if (trace.failed[row]) return trace.errorTypeOf(row) || trace.messageOf(row);
    const found = this.tell(index, "documents");
    if (found !== null) return `${found} ${found === 1 ? "document" : "documents"}`;
    const asked = this.tell(index, "asked");
    const said = this.tell(index, "said");
    if (type === "tool_call") return asked === null ? "" : valuesOf(asked);
    return said ?? asked ?? trace.modelOf(row);
  }

  /** @param {number} index @returns {Loop | undefined} */
  loopAt(index) {
    return this.loops.find(({ from, to }) => from <= index && index <= to);
  }
}

/** Calls alike that follow each other closely, from the decision that led to the first. @param {Steps} steps @param {number[][]} groups @returns {Loop[]} */
function loopsOf(steps, groups) {
  /** @type {Loop[]} */
  const loops = [];
  for (const all of groups) {
    let run = all.slice(0, 1);
    for (const index of [...all.slice(1), Infinity]) {
      const last = /** @type {number} */ (run.at(-1));
      if (index - last <= APART) run.push(index);
      else {
        const first = /** @type {number} */ (run[0]);
        if (run.length > 1) loops.push({ from: first > 0 && steps.typeOf(first - 1) === "model_response" ? first - 1 : first, to: last, calls: run });
        run = [index];
      }
    }
  }
  return loops.sort((one, other) => one.from - other.from || other.to - one.to);
}

/** The values of an object's beginning, without its names: what tells one call from another. @param {string} text */
function valuesOf(text) {
  const values = [...text.matchAll(/:\s*(?:"((?:[^"\\]|\\.)*)|(-?[\d.]+|true|false))/g)].map(([, words, number]) => words ?? number ?? "");
  return (values.length ? values.join(", ") : text).slice(0, BRIEF);
}
