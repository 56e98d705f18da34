/** Values that stand both in a call and in what went wrong with it. Plain matching of text, no guessing. */

import { isBranch, joined } from "./json-diff.js";

const LEAST_LETTERS = 4;
const LEAST_DIGITS = 2;
const MOST = 400; // values looked at on a side

/** Paths on either side whose value is echoed on the other. @typedef {{given: Set<string>, back: Set<string>, words: string[]}} Echo */

/** @param {unknown} given  arguments @param {unknown} back  result @param {string} message  of the error @returns {Echo} */
export function echoOf(given, back, message) {
  const said = leaves(given).filter(({ text }) => isTelling(text));
  const answered = leaves(back);
  /** @type {Echo} */
  const echo = { given: new Set(), back: new Set(), words: [] };
  for (const { path, text } of said) {
    const hits = answered.filter((other) => holds(other.text, text));
    for (const hit of hits) echo.back.add(hit.path);
    if (hits.length || holds(message, text)) {
      echo.given.add(path);
      echo.words.push(text);
    }
  }
  return echo;
}

/** A text cut where it holds one of the words: every second piece is such a word. @param {string} text @param {string[]} words */
export const piecesOf = (text, words) => (words.length ? text.split(pattern(words)) : [text]);

/** @param {unknown} value @param {string} [path] @param {{path: string, text: string}[]} [found] */
function leaves(value, path = "", found = []) {
  if (found.length >= MOST || value === null || value === undefined || typeof value === "boolean") return found;
  if (!isBranch(value)) found.push({ path, text: String(value) });
  else for (const [name, one] of Object.entries(value)) leaves(one, joined(path, name, Array.isArray(value)), found);
  return found;
}

/** @param {string} text */
const isTelling = (text) => (/^-?[\d.]+$/.test(text) ? text.replaceAll(/\D/g, "").length >= LEAST_DIGITS : text.length >= LEAST_LETTERS);

/** @param {string} text @param {string} word */
const holds = (text, word) => pattern([word]).test(text);

/** Words that stand by themselves; a number may go on with zeros behind its point, and with no other digits. @param {string[]} words */
function pattern(words) {
  const longestFirst = [...new Set(words)].sort((one, other) => other.length - one.length).map((word) => word.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`(?<![\\p{L}\\d]|\\d[.,])(${longestFirst.join("|")})(?![\\p{L}\\d]|[.,]\\d*[1-9])`, "u");
}
