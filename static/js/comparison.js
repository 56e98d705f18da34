/** Two traces side by side: steps of the same kind below the same steps belong together, in order; the rest is in one only. */

import { align } from "./align.js";

/** @typedef {import("./trace.js").Trace} Trace */
/** @typedef {{left: number, right: number, depth: number}} Pair  rows of both traces; -1: only in the other */
/** @typedef {{us: number, tokens: number, cost: number}} Change  right less left; NaN where one of them was not told */

const NONE = -1;
const TELLING_US = 20_000;
const TELLING_SHARE = 0.2; // so much longer or shorter is no chance
const SAME = 4;
const ALIKE = 2;
const OF_A_KIND = 1;
/** Of these two of different names may still be one step: another model, another query. */
const CHANGEABLE = new Set(["model_response", "retrieval", "agent_action"]);

export class Comparison {
  /** @param {Trace} left @param {Trace} right */
  constructor(left, right) {
    this.left = left;
    this.right = right;
    this.pairs = pairsOf(left, right);
    /** µs: both are drawn to this scale. */
    this.end = Math.max(left.end, right.end);
    this.rowOfLeft = placesOf(left.size, this.pairs, "left");
    this.rowOfRight = placesOf(right.size, this.pairs, "right");
  }

  /** Own figures of a step: what is below it differs on its own. @param {Pair} pair @returns {Change} */
  change({ left, right }) {
    const own = (/** @type {Trace} */ trace, /** @type {number} */ row, /** @type {string} */ column) => trace.figure(row, column) ?? NaN;
    const tokens = (/** @type {Trace} */ trace, /** @type {number} */ row) => own(trace, row, "input_tokens") + (own(trace, row, "output_tokens") || 0);
    return {
      us: (this.right.length[right] ?? NaN) - (this.left.length[left] ?? NaN),
      tokens: tokens(this.right, right) - tokens(this.left, left),
      cost: own(this.right, right, "cost_usd") - own(this.left, left, "cost_usd"),
    };
  }

  /** What of a step differs, in words; what it was given and gave is known only from its events. @param {Pair} pair @returns {string[]} */
  differences(pair) {
    const { left, right } = pair;
    if (left < 0) return ["only B"];
    if (right < 0) return ["only A"];
    const { us, tokens } = this.change(pair);
    const longest = Math.max(this.left.length[left] || 0, this.right.length[right] || 0);
    /** @type {[string, boolean][]} */
    const told = [
      [this.right.failed[right] ? "fails" : "works", this.left.failed[left] !== this.right.failed[right]],
      ["model", this.left.modelOf(left) !== this.right.modelOf(right)],
      ["name", this.left.nameOf(left) !== this.right.nameOf(right)],
      ["tokens", tokens > 0 || tokens < 0],
      ["time", Math.abs(us) > Math.max(TELLING_US, longest * TELLING_SHARE)],
    ];
    return told.filter(([, differs]) => differs).map(([word]) => word);
  }

  /** How many steps are in one only, and the first of them. */
  alone() {
    const found = { left: 0, right: 0, firstLeft: NONE, firstRight: NONE };
    for (const [place, { left, right }] of this.pairs.entries()) {
      if (left < 0) {
        found.right += 1;
        if (found.firstRight < 0) found.firstRight = place;
      } else if (right < 0) {
        found.left += 1;
        if (found.firstLeft < 0) found.firstLeft = place;
      }
    }
    return found;
  }
}

/** Depth first, as both are read. @param {Trace} left @param {Trace} right @returns {Pair[]} */
function pairsOf(left, right) {
  const likeness = likenessOf(left, right);
  /** @type {Pair[]} */
  const pairs = [];
  /** @param {number} one @param {number} other */
  const below = (one, other) => {
    const [mine, theirs] = [childrenOf(left, one), childrenOf(right, other)];
    return align(mine, theirs, likeness).map(([i, j]) => ({ left: i < 0 ? NONE : mine[i] ?? NONE, right: j < 0 ? NONE : theirs[j] ?? NONE }));
  };
  const open = [{ pairs: below(NONE, NONE), at: 0 }];
  for (let level = open.at(-1); level; level = open.at(-1)) {
    const pair = level.pairs[level.at];
    level.at += 1;
    if (!pair) open.pop();
    else {
      pairs.push({ ...pair, depth: open.length - 1 });
      if (pair.left >= 0 && pair.right >= 0) open.push({ pairs: below(pair.left, pair.right), at: 0 });
      else alone(pairs, pair.left >= 0 ? left : right, pair, open.length);
    }
  }
  return pairs;
}

/** All that is below a step without a match. @param {Pair[]} pairs @param {Trace} trace @param {{left: number, right: number}} pair @param {number} depth */
function alone(pairs, trace, pair, depth) {
  const isLeft = pair.left >= 0;
  const top = isLeft ? pair.left : pair.right;
  for (let row = top + 1; row < (trace.after[top] ?? 0); row += 1) {
    pairs.push({ left: isLeft ? row : NONE, right: isLeft ? NONE : row, depth: depth + (trace.depth[row] ?? 0) - (trace.depth[top] ?? 0) - 1 });
  }
}

/** @param {Trace} trace @param {number} parent  -1: at the top */
function childrenOf(trace, parent) {
  const rows = [];
  const last = parent < 0 ? trace.size : trace.after[parent] ?? 0;
  for (let row = parent + 1; row < last; row = trace.after[row] ?? last) rows.push(row);
  return rows;
}

/** Words of both traces as numbers, so that millions of pairs are quickly weighed. @param {Trace} left @param {Trace} right */
function likenessOf(left, right) {
  /** @type {Map<string, number>} */
  const numbers = new Map();
  const numberOf = (/** @type {string} */ word) => numbers.get(word) ?? (numbers.set(word, numbers.size), numbers.size - 1);
  const sides = [left, right].map((trace) => ({
    type: wordNumbers(trace, (row) => numberOf(trace.typeOf(row))),
    name: wordNumbers(trace, (row) => numberOf(trace.nameOf(row))),
    model: wordNumbers(trace, (row) => numberOf(trace.modelOf(row))),
    kind: wordNumbers(trace, (row) => numberOf(trace.nameOf(row).replace(/\d+/g, "#"))),
  }));
  const [mine, theirs] = /** @type {[typeof sides[number], typeof sides[number]]} */ (sides);
  const changeable = new Set([...CHANGEABLE].map(numberOf));
  return (/** @type {number} */ one, /** @type {number} */ other) => {
    if (mine.type[one] !== theirs.type[other]) return 0;
    if (mine.name[one] === theirs.name[other]) return SAME + (mine.model[one] === theirs.model[other] ? 1 : 0);
    if (mine.kind[one] === theirs.kind[other]) return ALIKE;
    return changeable.has(mine.type[one] ?? NONE) ? OF_A_KIND : 0;
  };
}

/** @param {Trace} trace @param {(row: number) => number} numberOf */
const wordNumbers = (trace, numberOf) => Int32Array.from({ length: trace.size }, (_, row) => numberOf(row));

/** @param {number} size @param {Pair[]} pairs @param {"left" | "right"} side */
function placesOf(size, pairs, side) {
  const places = new Int32Array(size).fill(NONE);
  for (const [place, pair] of pairs.entries()) if (pair[side] >= 0) places[pair[side]] = place;
  return places;
}
