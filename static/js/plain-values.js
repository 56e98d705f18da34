/** Which field a bare word is a value of: by the word before it, by what occurs in the project, else by how it looks. */

import { BY_PREPOSITION, MODEL_LIKE, PROVIDERS, SAME, VALUE } from "./plain-words.js";

/** @typedef {Readonly<Record<string, readonly string[]>>} Known  field → the values that occur */

const ONE_VALUE = new RegExp(`^(?:${VALUE})$`);
const SHORTEST_PART = 3;
const OF_SOMEBODY = ["by", "for", "from", "of"];

/** @param {string} word @param {string} before  the preposition, or "" @param {Known} known @returns {[string, string[]] | null}  field and its values */
export function meant(word, before, known) {
  if (!ONE_VALUE.test(word)) return null;
  const first = BY_PREPOSITION[before] ?? [];
  for (const name of new Set([...first, ...(BY_PREPOSITION[""] ?? [])])) {
    const value = knownValue(known, name, word);
    if (value) return [name, [value]];
  }
  const lower = word.toLowerCase();
  const models = (known["model"] ?? []).filter((model) => word.length >= SHORTEST_PART && model.toLowerCase().includes(lower));
  if (models.length) return ["model", models];
  if (MODEL_LIKE.test(word)) return ["model", [word]];
  if (PROVIDERS.includes(lower)) return ["provider", [lower]];
  if (SAME.some((names) => names.includes(lower))) return ["environment", [word]];
  return OF_SOMEBODY.includes(before) ? ["user_id", [word]] : null;
}

/** The value as it occurs: in any case, and environments under any of their names. @param {Known} known @param {string} name @param {string} word */
export function knownValue(known, name, word) {
  const values = known[name] ?? [];
  const same = name === "environment" ? SAME.find((names) => names.includes(word.toLowerCase())) ?? [] : [];
  return values.find((value) => value === word) ?? values.find((value) => value.toLowerCase() === word.toLowerCase() || same.includes(value.toLowerCase()));
}
