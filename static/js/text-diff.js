/** Two texts line by line: the same, changed with what changed in the middle, or in one only; long stretches of the same folded. */

import { align } from "./align.js";

/**
 * @typedef {{left: string | null, right: string | null, isSame: boolean, hidden?: number}} Line
 * null: not in this one. `hidden`: stands for so many lines that are the same
 */

const CONTEXT = 2;
const MOST = 2000; // lines compared; the rest is told as a number
const LIKE_SHARE = 0.5;

/** @param {string} left @param {string} right @returns {{lines: Line[], leftOut: number}} */
export function textDiff(left, right) {
  const [mine, theirs] = [left ? left.split("\n") : [], right ? right.split("\n") : []];
  const leftOut = Math.max(0, mine.length - MOST, theirs.length - MOST);
  const [a, b] = [mine.slice(0, MOST), theirs.slice(0, MOST)];
  const lines = align(a, b, likeness).map(([i, j]) => {
    const [one, other] = [i < 0 ? null : a[i] ?? "", j < 0 ? null : b[j] ?? ""];
    return { left: one, right: other, isSame: one === other };
  });
  return { lines: folded(closedUp(lines)), leftOut };
}

/** What is in one only stands beside what is in the other only, where both are at the same place. @param {Line[]} lines */
function closedUp(lines) {
  /** @type {Line[]} */
  const found = [];
  let free = 0; // lines at the end that are in one only
  for (const line of lines) {
    const isAlone = line.left === null || line.right === null;
    const side = line.left === null ? "right" : "left";
    const gap = isAlone ? found.slice(found.length - free).find((one) => one[side] === null) : undefined;
    if (gap) gap[side] = line[side];
    else found.push(line);
    free = !isAlone ? 0 : gap ? free : free + 1;
  }
  return found;
}

/** Lines with the same beginning and end may be one that changed. @param {string} one @param {string} other */
function likeness(one, other) {
  if (one === other) return 3;
  const [before, after] = edges(one, other);
  return before + after >= LIKE_SHARE * Math.max(one.length, other.length) ? 1 : 0;
}

/** Whether two lines are one that changed, rather than two. @param {string} one @param {string} other */
export const isChanged = (one, other) => likeness(one, other) > 0;

/** How many characters are the same at the beginning and at the end. @param {string} one @param {string} other @returns {[number, number]} */
export function edges(one, other) {
  const most = Math.min(one.length, other.length);
  let before = 0;
  while (before < most && one[before] === other[before]) before += 1;
  let after = 0;
  while (after < most - before && one[one.length - 1 - after] === other[other.length - 1 - after]) after += 1;
  return [before, after];
}

/** @param {Line[]} lines */
function folded(lines) {
  const isNear = lines.map(() => false);
  for (const [at, line] of lines.entries()) if (!line.isSame) isNear.fill(true, Math.max(0, at - CONTEXT), at + CONTEXT + 1);
  /** @type {Line[]} */
  const found = [];
  for (const [at, line] of lines.entries()) {
    const last = found.at(-1);
    if (isNear[at]) found.push(line);
    else if (last?.hidden) last.hidden += 1;
    else found.push({ left: null, right: null, isSame: true, hidden: 1 });
  }
  return found;
}
