/** Amounts as people write them: 2s, 500 ms, $0.01, 8k. What a number without a unit means, the asker says. */

import { duration, exact } from "./format.js";
import { dollars } from "./money.js";

/** @typedef {"time" | "money" | "tokens"} Unit */

/** In milliseconds, dollars and tokens. @type {readonly (readonly [RegExp, Unit, number])[]} */
const UNITS = [
  [/^(?:ms|msecs?|millis|milliseconds?)$/i, "time", 1],
  [/^(?:s|secs?|seconds?)$/i, "time", 1000],
  [/^(?:m|mins?|minutes?)$/i, "time", 60_000],
  [/^(?:h|hrs?|hours?)$/i, "time", 3_600_000],
  [/^(?:\$|usd|dollars?|bucks?)$/i, "money", 1],
  [/^(?:¢|ct|cts|cents?)$/i, "money", 0.01],
  [/^(?:t|tok|toks|tokens?)$/i, "tokens", 1],
];
/** @type {Readonly<Record<string, number>>} */
const LARGE = { k: 1e3, m: 1e6 };
/** @type {Readonly<Record<string, number>>} */
const SPELLED = { "half a": 0.5, "half an": 0.5, a: 1, an: 1, one: 1, two: 2, three: 3, four: 4, five: 5, six: 6, seven: 7, eight: 8, nine: 9, ten: 10, twenty: 20, thirty: 30 };

/** One amount, for patterns. */
export const AMOUNT = "(?:\\$\\s?)?(?:\\d[\\d,]*(?:\\.\\d+)?|\\.\\d+)\\s?(?:k\\b|m(?=\\s?tok))?";
export const NUMBER_WORD = Object.keys(SPELLED).join("|");
export const UNIT = "ms|msecs?|millis|milliseconds?|secs?|seconds?|s|mins?|minutes?|m|hrs?|hours?|h|\\$|usd|dollars?|bucks?|¢|cts?|cents?|tokens?|toks?";

/**
 * @param {string} number  "8k", "$1", "2", "half a" @param {string} unit  as written, or "" @param {Unit} [wanted]  what it must be
 * @returns {{unit: Unit | null, value: number} | null}  unit null: nobody said
 */
export function amountOf(number, unit, wanted) {
  const text = number.trim().toLowerCase().replaceAll(",", "");
  const [, money = "", digits = "", large = ""] = text.match(/^(\$?)\s?(\d*\.?\d+)\s?([km]?)$/) ?? [];
  const value = text in SPELLED ? SPELLED[text] ?? NaN : digits ? Number(digits) : NaN;
  if (!Number.isFinite(value)) return null;
  const found = UNITS.find(([is]) => is.test(money || unit));
  if (money && unit && found?.[1] !== UNITS.find(([is]) => is.test(unit))?.[1]) return null;
  if (unit && !found) return null;
  if (wanted && found && found[1] !== wanted) return null;
  return { unit: found?.[1] ?? null, value: round(value * (LARGE[large] ?? 1) * (found?.[2] ?? 1)) };
}

/** Without the dust of binary fractions. @param {number} value */
const round = (value) => Number(value.toPrecision(12));

/** In the unit of the API: "2s", "1.5m", "800" (ms), "$0.01", "8k". @param {string} text @param {Unit} unit @returns {number | null} */
export function quantityOf(text, unit) {
  const [, number = "", word = ""] = text.trim().match(/^(\$?\s?\d*\.?\d+\s?)([a-z$¢]*)$/i) ?? [];
  if (!number) return null;
  const isScaled = unit === "tokens" && /^[km]$/i.test(word);
  return amountOf(isScaled ? number.trim() + word : number, isScaled ? "" : word, unit)?.value ?? null;
}

/** 2 s · $0.01 · 8,000. @param {number} value @param {Unit} unit */
export function quantityWords(value, unit) {
  if (unit === "money") return money(value);
  if (unit === "tokens") return exact(value);
  if (value >= 60_000 && value % 60_000 === 0) return `${value / 60_000}\u2009min`;
  return value < 60_000 && value >= 1000 && value % 1000 === 0 ? `${value / 1000}\u2009s` : duration(value);
}

/** The amount somebody wrote, not rounded to cents. @param {number} value */
const money = (value) => (value > 0 && value < 1 ? `$${value}` : dollars(value));

/** The shortest way to write it again. @param {number} value @param {Unit} unit */
export function quantitySpelled(value, unit) {
  if (unit === "time") return value >= 1000 && value % 10 === 0 ? `${value / 1000}s` : `${value}ms`;
  if (unit === "tokens") return value >= 1000 && value % 100 === 0 ? `${value / 1000}k` : String(value);
  return String(value);
}
