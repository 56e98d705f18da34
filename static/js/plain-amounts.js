/** Amounts in plain English: "slower than 2s", "between $1 and $5", "8k tokens or more". Pure. */

import { AMOUNTED, BETWEEN, COMPARED, DEAR, IS_MORE, MEASURED, OF_MONEY, OF_TIME, OR_MORE, SLOW } from "./plain-words.js";
import { amountOf } from "./quantities.js";

/** @typedef {{name: string, value: string}} Bound  a filter: `min_latency_ms` … */

const MEASURE_OF = { time: "latency_ms", money: "cost_usd", tokens: "tokens" };
const OR_LESS = /less|faster|shorter|below|under|cheaper|fewer/i;

/** The bounds the text tells at a place, and how long that is; null: none. @param {string} text @param {number} place @returns {{bounds: Bound[], length: number} | null} */
export function amountAt(text, place) {
  for (const [pattern, read] of READERS) {
    pattern.lastIndex = place;
    const found = pattern.exec(text);
    const bounds = found && read(found);
    if (found && bounds) return { bounds, length: found[0].length };
  }
  return null;
}

/** @type {readonly (readonly [RegExp, (found: RegExpMatchArray) => Bound[] | null])[]} */
const READERS = [
  [BETWEEN, ([, from, fromUnit, to, toUnit]) => {
    const [low, high] = [bound("min", from, fromUnit ?? toUnit), bound("max", to, toUnit)];
    return low && high ? [low, high] : null;
  }],
  [MEASURED, ([, noun = "", sign = "", number, unit]) => {
    const kind = OF_TIME.test(noun) ? "time" : OF_MONEY.test(noun) ? "money" : "tokens";
    return one(bound(IS_MORE.test(sign) ? "min" : "max", number, unit, "", kind));
  }],
  [COMPARED, ([, sign = "", number, unit]) => one(bound(IS_MORE.test(sign) ? "min" : "max", number, unit, sign))],
  [OR_MORE, ([, number, unit, more = ""]) => one(bound(OR_LESS.test(more) ? "max" : "min", number, unit))],
  [AMOUNTED, ([, verb, number, unit, more = ""]) => one(bound(OR_LESS.test(more) ? "max" : "min", number, unit, verb))],
];

/** @param {Bound | null} found */
const one = (found) => (found ? [found] : null);

/** A measure by its unit, or by what it is compared with; times without a unit are seconds. @param {"min" | "max"} side @param {string} [number] @param {string} [unit] @param {string} [verb] @param {"time" | "money" | "tokens" | null} [wanted] @returns {Bound | null} */
function bound(side, number = "", unit = "", verb = "", wanted = null) {
  const amount = amountOf(number, number.includes("$") ? "" : unit);
  const hinted = wanted ?? (SLOW.test(verb) ? "time" : DEAR.test(verb) ? "money" : null);
  const kind = amount?.unit ?? hinted;
  if (!amount || !kind || (hinted && hinted !== kind)) return null;
  const value = kind === "time" && !amount.unit ? amount.value * 1000 : amount.value;
  return { name: `${side}_${MEASURE_OF[kind]}`, value: String(value) };
}
