/** What changed between two JSON values, as lines: what was taken away, what was put there, and of the rest only so much that one sees where. */

/**
 * `sign`: "-" taken away, "+" put there, "" the same. `path`: as breakpoints write it. `open`, `close`: brackets. `folded`: how many things
 * are not shown. `left`: why a line stands for several. @typedef {{depth: number, path: string, sign: "" | "+" | "-", key?: string, value?: unknown, open?: string, close?: string, folded?: number, left?: "unchanged" | "more", comma: boolean}} Line
 */

const MOST_LINES = 400;
const MANY_THE_SAME = 12; // so many unchanged values beside a change are shown
const LONGEST_ALIGNED = 200; // items of a list
const LONG_TEXT = 320;
const AROUND = 60; // characters on both sides of a change

/** @param {unknown} before @param {unknown} after @returns {Line[]} */
export function diffLines(before, after) {
  const out = new Lines();
  out.pair(before, after, { depth: 0, path: "", comma: false });
  return out.done();
}

/** All of a value. @param {unknown} value @returns {Line[]} */
export function linesOf(value) {
  const out = new Lines();
  out.whole(value, { depth: 0, path: "", comma: false }, "");
  return out.done();
}

/** Lines put there and taken away; brackets do not count. @param {Line[]} lines */
export function countsOf(lines) {
  const told = lines.filter(({ open, close, folded }) => (open === undefined && close === undefined) || folded !== undefined);
  return { added: told.filter(({ sign }) => sign === "+").length, removed: told.filter(({ sign }) => sign === "-").length };
}

/** Where two values differ: the deepest paths, as breakpoints write them. @param {unknown} before @param {unknown} after @param {string} [path] @returns {string[]} */
export function changedPaths(before, after, path = "") {
  if (isSame(before, after)) return [];
  if (!isBranch(before) || !isBranch(after) || Array.isArray(before) !== Array.isArray(after)) return [path];
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name) => changedPaths(fieldOf(before, name), fieldOf(after, name), joined(path, name, Array.isArray(after))));
}

/** @param {unknown} one @param {unknown} other @returns {boolean} */
export function isSame(one, other) {
  if (one === other) return true;
  if (!isBranch(one) || !isBranch(other) || Array.isArray(one) !== Array.isArray(other)) return false;
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => Object.hasOwn(other, name) && isSame(one[name], other[name]));
}

/** @param {unknown} value @returns {value is Record<string, any>} */
export const isBranch = (value) => value !== null && typeof value === "object";

/** @param {Record<string, any>} value @param {string} name */
const fieldOf = (value, name) => (Object.hasOwn(value, name) ? value[name] : undefined);

/** @param {string} path @param {string} name @param {boolean} isItem */
export const joined = (path, name, isItem) => (isItem ? `${path}[${name}]` : path ? `${path}.${name}` : name);

/** @typedef {{depth: number, path: string, key?: string, comma: boolean}} Place */

class Lines {
  constructor() {
    /** @type {Line[]} */
    this.lines = [];
    this.left = 0;
  }

  /** @param {Line} line */
  put(line) {
    if (this.lines.length < MOST_LINES) this.lines.push(line);
    else this.left += 1;
  }

  done() {
    if (this.left) this.lines.push({ depth: 0, path: "", sign: "", folded: this.left, left: "more", comma: false });
    return this.lines;
  }

  /** Both sides of one place. @param {unknown} before @param {unknown} after @param {Place} place */
  pair(before, after, place) {
    if (isSame(before, after)) return this.folded(after, place);
    if (isBranch(before) && isBranch(after) && Array.isArray(before) === Array.isArray(after)) return this.branch(before, after, place);
    const [old, fresh] = typeof before === "string" && typeof after === "string" ? aroundChange(before, after) : [before, after];
    if (old !== undefined) this.whole(old, place, "-");
    if (fresh !== undefined) this.whole(fresh, place, "+");
    return undefined;
  }

  /** @param {Record<string, any>} before @param {Record<string, any>} after @param {Place} place */
  branch(before, after, place) {
    const isList = Array.isArray(after);
    this.put({ ...place, sign: "", open: isList ? "[" : "{", comma: false });
    const pairs = isList ? alignedItems(/** @type {any} */ (before), after) : alignedFields(before, after);
    const isQuiet = pairs.map(([one, other]) => one !== MISSING && other !== MISSING && isSame(one, other));
    const folds = isList || isQuiet.filter(Boolean).length > MANY_THE_SAME;
    for (let at = 0; at < pairs.length; at += 1) {
      const [one, other, name] = /** @type {Pair} */ (pairs[at]);
      let through = at;
      while (folds && isQuiet[at] && isQuiet[through + 1]) through += 1;
      if (through > at) {
        this.put({ depth: place.depth + 1, path: place.path, sign: "", folded: through - at + 1, left: "unchanged", comma: false });
        at = through;
        continue;
      }
      const inner = { depth: place.depth + 1, path: joined(place.path, name, isList), comma: at < pairs.length - 1, ...(isList ? {} : { key: name }) };
      if (one !== MISSING && other !== MISSING) this.pair(one, other, inner);
      else if (one !== MISSING) this.whole(one, inner, "-");
      else this.whole(other, inner, "+");
    }
    this.put({ depth: place.depth, path: place.path, sign: "", close: isList ? "]" : "}", comma: place.comma });
  }

  /** What is the same on both sides. @param {unknown} value @param {Place} place */
  folded(value, place) {
    if (!isBranch(value)) return this.put({ ...place, sign: "", value });
    const size = Object.keys(value).length;
    const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
    return this.put({ ...place, sign: "", open, close, folded: size });
  }

  /** @param {unknown} value @param {Place} place @param {"" | "+" | "-"} sign */
  whole(value, place, sign) {
    if (!isBranch(value)) return this.put({ ...place, sign, value });
    const names = Object.keys(value);
    const isList = Array.isArray(value);
    const [open, close] = isList ? ["[", "]"] : ["{", "}"];
    if (!names.length) return this.put({ ...place, sign, open, close, folded: 0 });
    this.put({ ...place, sign, open, comma: false });
    for (const [at, name] of names.entries()) {
      if (this.lines.length >= MOST_LINES) {
        this.left += names.length - at;
        break;
      }
      this.whole(value[name], { depth: place.depth + 1, path: joined(place.path, name, isList), comma: at < names.length - 1, ...(isList ? {} : { key: name }) }, sign);
    }
    return this.put({ depth: place.depth, path: place.path, sign, close, comma: place.comma });
  }
}

/** Of two long texts what is different, with some of what is around it. @param {string} before @param {string} after @returns {[string, string]} */
function aroundChange(before, after) {
  if (Math.max(before.length, after.length) <= LONG_TEXT) return [before, after];
  const shortest = Math.min(before.length, after.length);
  let head = 0;
  while (head < shortest && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < shortest - head && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  const start = Math.max(0, head - AROUND);
  /** @param {string} text */
  const cut = (text) => {
    const end = Math.min(text.length, start + LONG_TEXT, text.length - tail + AROUND);
    return `${start ? "…" : ""}${text.slice(start, end)}${end < text.length ? "…" : ""}`;
  };
  return [cut(before), cut(after)];
}

const MISSING = Symbol("missing");
/** Before, after, and under which name. @typedef {[unknown, unknown, string]} Pair */

/** Fields as they stand after, with what was taken away where it stood. @param {Record<string, any>} before @param {Record<string, any>} after @returns {Pair[]} */
function alignedFields(before, after) {
  const gone = Object.keys(before).filter((name) => !Object.hasOwn(after, name));
  /** @type {Pair[]} */
  const pairs = Object.keys(after).map((name) => [Object.hasOwn(before, name) ? before[name] : MISSING, after[name], name]);
  return [...pairs, ...gone.map((name) => /** @type {Pair} */ ([before[name], MISSING, name]))];
}

/** Items that are the same stand side by side: the longest common order; between them old and new are paired. @param {unknown[]} before @param {unknown[]} after @returns {Pair[]} */
function alignedItems(before, after) {
  /** @type {Pair[]} */
  const pairs = [];
  let [at, to] = [0, 0];
  const between = (/** @type {number} */ one, /** @type {number} */ other) => {
    for (; at < one || to < other; ) {
      const [old, fresh] = [at < one ? before[at] : MISSING, to < other ? after[to] : MISSING];
      pairs.push([old, fresh, String(to < other ? to : at)]);
      if (at < one) at += 1;
      if (to < other) to += 1;
    }
  };
  for (const [one, other] of commonItems(before, after)) {
    between(one, other);
    pairs.push([before[one], after[other], String(other)]);
    [at, to] = [one + 1, other + 1];
  }
  between(before.length, after.length);
  return pairs;
}

/** @param {unknown[]} before @param {unknown[]} after @returns {[number, number][]} */
function commonItems(before, after) {
  let head = 0;
  while (head < before.length && head < after.length && isSame(before[head], after[head])) head += 1;
  let tail = 0;
  while (tail < Math.min(before.length, after.length) - head && isSame(before.at(-1 - tail), after.at(-1 - tail))) tail += 1;
  const start = Array.from({ length: head }, (_, at) => /** @type {[number, number]} */ ([at, at]));
  const end = Array.from({ length: tail }, (_, at) => /** @type {[number, number]} */ ([before.length - tail + at, after.length - tail + at]));
  return [...start, ...middleItems(before, after, head, tail), ...end];
}

/** The longest common subsequence of what is between, where that is not too much. @param {unknown[]} before @param {unknown[]} after @param {number} head @param {number} tail */
function middleItems(before, after, head, tail) {
  const old = before.slice(head, before.length - tail).map((item) => JSON.stringify(item));
  const fresh = after.slice(head, after.length - tail).map((item) => JSON.stringify(item));
  /** @type {[number, number][]} */
  const found = [];
  if (old.length > LONGEST_ALIGNED || fresh.length > LONGEST_ALIGNED) return found;
  const longest = Array.from({ length: old.length + 1 }, () => new Uint16Array(fresh.length + 1));
  const cell = (/** @type {number} */ at, /** @type {number} */ to) => longest[at]?.[to] ?? 0;
  for (let at = old.length - 1; at >= 0; at -= 1) {
    const line = /** @type {Uint16Array} */ (longest[at]);
    for (let to = fresh.length - 1; to >= 0; to -= 1) line[to] = old[at] === fresh[to] ? cell(at + 1, to + 1) + 1 : Math.max(cell(at + 1, to), cell(at, to + 1));
  }
  for (let at = 0, to = 0; at < old.length && to < fresh.length; ) {
    if (old[at] === fresh[to]) {
      found.push([head + at, head + to]);
      at += 1;
      to += 1;
    } else if (cell(at + 1, to) >= cell(at, to + 1)) at += 1;
    else to += 1;
  }
  return found;
}
