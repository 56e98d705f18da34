/** How a trace is looked at: what is folded, which rows are shown, what is chosen, found, and which stretch of time. */

import { computed, signal } from "../vendor/signals.js";
import { criticalPath, longestOf } from "./critical-path.js";

const MOST_ZOOM_US = 50;

export class TraceView {
  /** @param {import("./trace.js").Trace} trace */
  constructor(trace) {
    this.trace = trace;
    this.path = criticalPath(trace);
    this.folded = new Uint8Array(trace.size);
    /** @type {number | undefined} */
    this.kept = undefined;
    /** Grows when something is folded or unfolded. */
    this.foldings = signal(0);
    this.sought = signal("");
    this.isPathShown = signal(false);
    /** µs of the trace in sight. */
    this.stretch = signal({ from: 0, to: trace.end });
    /** Rows in their order, without what is folded away. */
    this.shown = computed(() => {
      this.foldings.value;
      return shownRows(trace, this.folded);
    });
    /** Rows that hold what is sought. */
    this.found = computed(() => foundRows(trace, this.sought.value));
    this.foundSet = computed(() => new Set(this.found.value));
  }

  /** What to look at first: what failed first, else what took longest of what the whole waited for. */
  get first() {
    this.kept ??= this.trace.failures[0] ?? Math.max(0, longestOf(this.trace, this.path));
    return this.kept;
  }

  /** Place among the shown rows; of a row folded away, the place of what holds it. @param {number} row */
  placeOf(row) {
    const rows = this.shown.peek();
    let low = 0;
    let high = rows.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (/** @type {number} */ (rows[middle]) <= row) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** @param {number} row @param {boolean} isFolded */
  fold(row, isFolded) {
    if (!this.trace.hasChildren(row)) return;
    this.folded[row] = isFolded ? 1 : 0;
    this.foldings.value += 1;
  }

  /** This row and its siblings. @param {number} row @param {boolean} isFolded */
  foldSiblings(row, isFolded) {
    const parent = this.trace.parent[row] ?? -1;
    const last = parent < 0 ? this.trace.size : /** @type {number} */ (this.trace.after[parent]);
    for (let one = parent + 1; one < last; one = /** @type {number} */ (this.trace.after[one])) this.folded[one] = isFolded && this.trace.hasChildren(one) ? 1 : 0;
    this.foldings.value += 1;
  }

  /** Show so many levels. @param {number} depth  Infinity: all */
  foldFrom(depth) {
    for (let row = 0; row < this.trace.size; row += 1) this.folded[row] = this.trace.hasChildren(row) && (this.trace.depth[row] ?? 0) + 1 >= depth ? 1 : 0;
    this.foldings.value += 1;
  }

  /** Unfold whatever hides a row. @param {number} row */
  uncover(row) {
    let hasChanged = false;
    for (let up = this.trace.parent[row] ?? -1; up >= 0; up = this.trace.parent[up] ?? -1) {
      if (this.folded[up]) hasChanged = true;
      this.folded[up] = 0;
    }
    if (hasChanged) this.foldings.value += 1;
  }

  /** @param {number} from @param {number} to */
  zoomTo(from, to) {
    const { end } = this.trace;
    const length = Math.min(end, Math.max(MOST_ZOOM_US, to - from));
    const start = Math.min(Math.max(0, from), end - length);
    this.stretch.value = { from: start, to: start + length };
  }

  /** @param {number} factor  below 1: closer @param {number} [at]  µs that stay where they are */
  zoom(factor, at) {
    const { from, to } = this.stretch.peek();
    const still = at ?? (from + to) / 2;
    this.zoomTo(still - (still - from) * factor, still + (to - still) * factor);
  }

  zoomOut() {
    this.stretch.value = { from: 0, to: this.trace.end };
  }
}

/** @param {import("./trace.js").Trace} trace @param {Uint8Array} folded */
function shownRows(trace, folded) {
  const rows = new Int32Array(trace.size);
  let count = 0;
  for (let row = 0; row < trace.size; row = folded[row] ? /** @type {number} */ (trace.after[row]) : row + 1) {
    rows[count] = row;
    count += 1;
  }
  return rows.subarray(0, count);
}

/** In names, types, models, ids and what went wrong. @param {import("./trace.js").Trace} trace @param {string} sought @returns {number[]} */
function foundRows(trace, sought) {
  const text = sought.trim().toLowerCase();
  if (!text) return [];
  const names = new Set((trace.words["names"] ?? []).flatMap((name, at) => (name.toLowerCase().includes(text) ? [at] : [])));
  const types = new Set((trace.words["types"] ?? []).flatMap((type, at) => (type.includes(text) ? [at] : [])));
  const found = [];
  for (let row = 0; row < trace.size; row += 1) {
    if (names.has(trace.name[row] ?? -1) || types.has(trace.type[row] ?? -1) || trace.modelOf(row).toLowerCase().includes(text)
      || trace.messageOf(row).toLowerCase().includes(text) || trace.shortIds[row]?.toLowerCase().includes(text)) found.push(row);
  }
  return found;
}
