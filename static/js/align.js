/** Two sequences side by side (Needleman and Wunsch, 1970): what belongs together, in order, with the most likeness in all. */

const MOST_CELLS = 4_000_000;
const PAIR = 0;
const LEFT = 1;
const RIGHT = 2;
const NONE = -1;

/**
 * @template T @param {ArrayLike<T>} left @param {ArrayLike<T>} right
 * @param {(one: T, other: T) => number} likeness  0: never together
 * @returns {[number, number][]} places in both; -1 where the other has nothing like it
 */
export function align(left, right, likeness) {
  const like = (/** @type {number} */ i, /** @type {number} */ j) => likeness(/** @type {T} */ (left[i]), /** @type {T} */ (right[j]));
  const best = Math.max(...Array.from({ length: Math.min(left.length, right.length, 8) }, (_, at) => like(at, at)), 0);
  let first = 0;
  while (best > 0 && first < left.length && first < right.length && like(first, first) >= best) first += 1;
  /** @type {[number, number][]} */
  const head = Array.from({ length: first }, (_, at) => [at, at]);
  let [endLeft, endRight] = [left.length, right.length];
  while (best > 0 && endLeft > first && endRight > first && like(endLeft - 1, endRight - 1) >= best) [endLeft, endRight] = [endLeft - 1, endRight - 1];
  /** @type {[number, number][]} */
  const tail = Array.from({ length: left.length - endLeft }, (_, at) => [endLeft + at, endRight + at]);
  const middle = middleOf(endLeft - first, endRight - first, (i, j) => like(first + i, first + j));
  return [...head, ...middle.map(([i, j]) => /** @type {[number, number]} */ ([i < 0 ? NONE : first + i, j < 0 ? NONE : first + j])), ...tail];
}

/** Very long ones only near the diagonal, so that time and memory stay bounded. @param {number} rows @param {number} columns @param {(i: number, j: number) => number} like @returns {[number, number][]} */
function middleOf(rows, columns, like) {
  if (!rows || !columns) return [...Array.from({ length: rows }, (_, i) => /** @type {[number, number]} */ ([i, NONE])), ...Array.from({ length: columns }, (_, j) => /** @type {[number, number]} */ ([NONE, j]))];
  const band = rows * columns <= MOST_CELLS ? columns : Math.max(Math.ceil(MOST_CELLS / rows / 2), Math.ceil(columns / rows) + 1);
  const lowest = (/** @type {number} */ i) => Math.max(0, Math.round((i * columns) / rows) - band);
  const highest = (/** @type {number} */ i) => Math.min(columns, Math.round((i * columns) / rows) + band);
  const width = Math.min(columns, 2 * band) + 1;
  const steps = new Uint8Array((rows + 1) * width);
  let before = new Float64Array(columns + 1).fill(-Infinity);
  let here = new Float64Array(columns + 1).fill(-Infinity);
  for (let i = 0; i <= rows; i += 1) {
    const low = lowest(i);
    here.fill(-Infinity);
    for (let j = low; j <= highest(i); j += 1) {
      let [most, step] = i + j === 0 ? [0, PAIR] : [-Infinity, PAIR];
      const alike = i && j ? like(i - 1, j - 1) : 0;
      if (alike > 0 && (before[j - 1] ?? -Infinity) + alike > most) [most, step] = [(before[j - 1] ?? 0) + alike, PAIR];
      if (i && (before[j] ?? -Infinity) > most) [most, step] = [before[j] ?? 0, LEFT];
      if (j > low && (here[j - 1] ?? -Infinity) > most) [most, step] = [here[j - 1] ?? 0, RIGHT];
      here[j] = most;
      steps[i * width + j - low] = step;
    }
    [before, here] = [here, before];
  }
  return back(rows, columns, (i, j) => steps[i * width + j - lowest(i)] ?? PAIR);
}

/** @param {number} rows @param {number} columns @param {(i: number, j: number) => number} step @returns {[number, number][]} */
function back(rows, columns, step) {
  /** @type {[number, number][]} */
  const found = [];
  let [i, j] = [rows, columns];
  while (i > 0 || j > 0) {
    const way = i === 0 ? RIGHT : j === 0 ? LEFT : step(i, j);
    if (way !== RIGHT) i -= 1;
    if (way !== LEFT) j -= 1;
    found.push([way === RIGHT ? NONE : i, way === LEFT ? NONE : j]);
  }
  return found.reverse();
}
