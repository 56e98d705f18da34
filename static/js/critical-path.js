/** The chain of spans that the whole had to wait for: from each span's end back to its start, the child that ended last before. */

import { ATTACHED } from "./trace.js";

const ROUNDING_US = 1000; // clocks round to a millisecond: so much is no overlap
const ROUNDING_SHARE = 0.001;

/** @param {import("./trace.js").Trace} trace @returns {Uint8Array} 1: on the path */
export function criticalPath(trace) {
  const path = new Uint8Array(trace.size);
  const ends = (/** @type {number} */ row) => (trace.start[row] ?? 0) + (trace.length[row] || 0);
  const rounding = Math.max(ROUNDING_US, trace.end * ROUNDING_SHARE);
  const isSpan = (/** @type {number} */ row) => (trace.length[row] ?? NaN) >= 0 && !trace.is(row, ATTACHED);
  /** @param {number} first @param {number} last */
  const siblings = (first, last) => {
    const found = [];
    for (let row = first; row < last; row = /** @type {number} */ (trace.after[row])) if (isSpan(row)) found.push(row);
    return found.sort((one, other) => ends(other) - ends(one));
  };
  /** @type {[number[], number][]} siblings, latest first, and until when one may last */
  const open = [[siblings(0, trace.size), Infinity]];
  for (let next = open.pop(); next; next = open.pop()) {
    let [rows, until] = next;
    for (const row of rows) {
      if (ends(row) > until + rounding) continue;
      path[row] = 1;
      if (trace.hasChildren(row)) open.push([siblings(row + 1, /** @type {number} */ (trace.after[row])), ends(row)]);
      until = Math.min(until, trace.start[row] ?? 0);
    }
  }
  return path;
}

/** The longest span of the path that holds no other of it. @param {import("./trace.js").Trace} trace @param {Uint8Array} path */
export function longestOf(trace, path) {
  let longest = -1;
  for (let row = 0; row < trace.size; row += 1) {
    if (!path[row] || trace.hasChildren(row)) continue;
    if (longest < 0 || (trace.length[row] || 0) > (trace.length[longest] || 0)) longest = row;
  }
  return longest;
}
