/** Rules that take personal and secret things out of texts before they leave the host. Every repetition that can fail is bounded. */

import type { Json } from "./values.js";

export type Rule = (text: string) => string;

const EMAIL = /[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}/g;
const PHONE = /(?<![\w.])(?:\+|00)?\(?\d{1,4}\)?(?:[ .\-/]?\(?\d{1,5}\)?){2,6}(?!\w)/g;
const CARD = /(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)/g;
const KEY = new RegExp(
  [
    "\\b(?:sk|pk|rk)[-_](?:[A-Za-z0-9]{1,40}[-_]){0,6}[A-Za-z0-9]{16,}",
    "\\bgh[pousr]_[A-Za-z0-9]{20,}",
    "\\bgithub_pat_[A-Za-z0-9_]{20,}",
    "\\bxox[abposr]-[A-Za-z0-9-]{10,}",
    "\\bA[KS]IA[A-Z0-9]{16}\\b",
    "\\bAIza[A-Za-z0-9_-]{30,}",
    "\\bhf_[A-Za-z0-9]{20,}",
    "\\bey[A-Za-z0-9_-]{8,400}\\.ey[A-Za-z0-9_-]{8,4000}\\.[A-Za-z0-9_-]{8,}",
    "\\b[Bb][Ee][Aa][Rr][Ee][Rr]\\s+[A-Za-z0-9._~+/-]{16,}=*",
    "-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[^-]{0,8192}-----END [A-Z ]{0,30}PRIVATE KEY-----",
  ].join("|"),
  "g",
);
const IP = /(?<![\d.])(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}(?![\d.])/g;
const IBAN = /\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b/g;

/** Luhn's sum. */
function isCard(text: string): boolean {
  const digits = [...text].filter((one) => one >= "0" && one <= "9").map(Number).reverse();
  const sum = digits.reduce((total, digit, at) => total + (at % 2 ? digit * 2 - (digit > 4 ? 9 : 0) : digit), 0);
  return sum % 10 === 0;
}

/** Numbers without separators or a plus are ids, and those with one point amounts, more often than telephones. */
function phone(text: string): string {
  const count = text.replace(/\D/g, "").length;
  const isPlain = /^\d*\.?\d*$/.test(text) && !text.startsWith("00");
  return count >= 8 && count <= 15 && !isPlain ? "[phone]" : text;
}

// In the order in which they are applied: keys and cards before telephones, which look like parts of them.
export const RULES: { [name: string]: Rule } = {
  keys: (text) => text.replace(KEY, "[key]"),
  emails: (text) => (text.includes("@") ? text.replace(EMAIL, "[email]") : text),
  cards: (text) => text.replace(CARD, (found) => (isCard(found) ? "[card]" : found)),
  ibans: (text) => text.replace(IBAN, "[iban]"),
  ips: (text) => text.replace(IP, "[ip]"),
  phones: (text) => text.replace(PHONE, phone),
};

export function rulesNamed(names: readonly string[]): { rules: Rule[]; unknown: string[] } {
  const wanted = new Set(names.map((name) => name.trim().toLowerCase()));
  if (wanted.has("all")) return { rules: Object.values(RULES), unknown: [] };
  const unknown = names.filter((name) => !(name.trim().toLowerCase() in RULES));
  return { rules: Object.entries(RULES).flatMap(([name, rule]) => (wanted.has(name) ? [rule] : [])), unknown };
}

/** The same JSON value with every text rewritten, names included. */
export function redacted(value: Json, rules: readonly Rule[]): Json {
  if (typeof value === "string") return rules.reduce((text, rule) => rule(text), value);
  if (Array.isArray(value)) return value.map((one) => redacted(one, rules));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [redacted(name, rules), redacted(one, rules)]));
}
