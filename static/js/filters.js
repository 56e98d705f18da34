/**
 * Filters: the same names in the address bar and in the API. Values of one name are alternatives; `not_…` takes values away,
 * `min_…` and `max_…` bound a measure.
 */

import { quantityOf, quantitySpelled, quantityWords } from "./quantities.js";

/** @typedef {{name: string, value: string}} Filter */
/** @typedef {{name: string, label: string, hint: string, group?: string, values?: readonly string[]}} Field  `group`: what /stats/breakdown calls it. */
/** @typedef {{name: string, label: string, hint: string, unit: import("./quantities.js").Unit, examples: readonly string[]}} Measure */

export const TYPES = /** @type {const} */ ([
  "model_response", "agent_action", "tool_call", "retrieval", "message", "token_usage", "eval_metric", "error", "span", "log", "custom",
]);

/** @type {readonly Field[]} */
export const FIELDS = [
  { name: "type", label: "type", hint: "what kind of event", group: "type", values: TYPES },
  { name: "status", label: "status", hint: "ok or error", values: ["error", "ok"] },
  { name: "model", label: "model", hint: "as requested", group: "model" },
  { name: "name", label: "name", hint: "of the event", group: "name" },
  { name: "user_id", label: "user", hint: "who it was for", group: "user" },
  { name: "session_id", label: "session", hint: "one conversation", group: "session" },
  { name: "environment", label: "env", hint: "where it ran", group: "environment" },
  { name: "release", label: "release", hint: "version of the application", group: "release" },
  { name: "tag", label: "tag", hint: "set by the sender", group: "tag" },
  { name: "provider", label: "provider", hint: "of the model", group: "provider" },
  { name: "level", label: "level", hint: "debug, info, warning, error", values: ["debug", "info", "warning", "error"] },
  { name: "service", label: "service", hint: "that sent it", group: "service" },
  { name: "prompt", label: "prompt", hint: "name of the prompt", group: "prompt" },
  { name: "trace_id", label: "trace", hint: "its id" },
  { name: "error_group", label: "problem", hint: "id of a group of errors" },
];
/** @type {readonly Measure[]} */
export const MEASURES = [
  { name: "latency_ms", label: "latency", hint: "how long it took: >2s", unit: "time", examples: [">500ms", ">1s", ">2s", ">5s", ">30s", "<1s"] },
  { name: "cost_usd", label: "cost", hint: "in dollars: >0.01", unit: "money", examples: [">0.001", ">0.01", ">0.1", ">1", "<0.001"] },
  { name: "tokens", label: "tokens", hint: "in and out: >8k", unit: "tokens", examples: [">1k", ">8k", ">32k", ">100k", "<100"] },
];
export const TEXT = "text";
export const LONGEST_TEXT = 256;

const NOT = "not_";
const BOUNDS = MEASURES.flatMap(({ name }) => [`min_${name}`, `max_${name}`]);
const NAMES = [...FIELDS.map(({ name }) => name), ...FIELDS.map(({ name }) => NOT + name), ...BOUNDS, TEXT];

/** @type {Record<string, string>} */
const ALIASES = { user: "user_id", session: "session_id", env: "environment", trace: "trace_id", problem: "error_group", tags: "tag", models: "model", duration: "latency_ms", latency: "latency_ms", cost: "cost_usd" };

/** @param {string} name */
export const fieldOf = (name) => FIELDS.find((field) => field.name === name || NOT + field.name === name);

/** @param {string} name */
export const measureOf = (name) => MEASURES.find((measure) => [measure.name, `min_${measure.name}`, `max_${measure.name}`].includes(name));

/** @param {string} name */
export const isNot = (name) => name.startsWith(NOT);

/** A filter may have one value only. @param {string} name */
const isSingle = (name) => name === TEXT || BOUNDS.includes(name);

/** @param {string} name */
export const labelOf = (name) => (name === TEXT ? "contains" : measureOf(name)?.label ?? fieldOf(name)?.label ?? name);

/** What stands between label and value. @param {string} name */
export const signOf = (name) => (name.startsWith("min_") ? "≥" : name.startsWith("max_") ? "≤" : "");

/** The value as a reader sees it. @param {Filter} one */
export function valueOf({ name, value }) {
  const measure = measureOf(name);
  return measure ? quantityWords(Number(value), measure.unit) : value;
}

/** model gpt-4o · not model gpt-4o · latency ≥ 2 s. @param {Filter} one */
export const wordsOf = (one) => [isNot(one.name) ? "not" : "", labelOf(one.name), signOf(one.name), valueOf(one)].filter(Boolean).join(" ");

/** As it is typed. @param {Filter} one */
export function spelled(one) {
  const { name, value } = one;
  const measure = measureOf(name);
  if (measure) return `${measure.label}:${name.startsWith("min_") ? ">" : "<"}${quantitySpelled(Number(value), measure.unit)}`;
  const quoted = /[\s"]/.test(value) ? `"${value.replaceAll('"', "'")}"` : value;
  return name === TEXT ? `"${value.replaceAll('"', "'")}"` : `${isNot(name) ? "-" : ""}${labelOf(name)}:${quoted}`;
}

/** The filters of a query, in the order of NAMES. @param {URLSearchParams} query @returns {Filter[]} */
export function filtersOf(query) {
  return NAMES.flatMap((name) => {
    const values = query.getAll(name).filter((value) => value && (!BOUNDS.includes(name) || Number(value) >= 0));
    if (!isSingle(name)) return values.map((value) => ({ name, value }));
    return values[0] ? [{ name, value: values[0].slice(0, LONGEST_TEXT) }] : [];
  });
}

/** As parameters of a request, or of an address. @param {readonly Filter[]} filters @param {string} [without] @returns {Record<string, string[]>} */
export function filterParams(filters, without = "") {
  /** @type {Record<string, string[]>} */
  const params = {};
  for (const { name, value } of filters) if (name !== without) (params[name] ??= []).push(value);
  return params;
}

/** For `amend`: exactly these filters and no other. @param {readonly Filter[]} filters @returns {Record<string, string[] | null>} */
export function onlyThese(filters) {
  return { ...Object.fromEntries(NAMES.map((name) => [name, null])), ...filterParams(filters) };
}

/** One more; what says the opposite gives way. @param {readonly Filter[]} filters @param {Filter} one @returns {Filter[]} */
export function withFilter(filters, one) {
  const opposite = isNot(one.name) ? one.name.slice(NOT.length) : NOT + one.name;
  const others = filters.filter(({ name, value }) => !(name === one.name && (isSingle(name) || value === one.value)) && !(name === opposite && value === one.value));
  return [...others, one];
}

/** @param {readonly Filter[]} filters @param {Filter} one @returns {Filter[]} */
export const withoutFilter = (filters, one) => filters.filter((filter) => filter.name !== one.name || filter.value !== one.value);

/** @param {readonly Filter[]} filters @param {Filter} one */
export const hasFilter = (filters, one) => filters.some((filter) => filter.name === one.name && filter.value === one.value);

/**
 * What was typed: `model:gpt-4o -status:error latency:>2s "refund"`, and the words that are neither field nor quoted.
 * @param {string} typed @returns {{filters: Filter[], phrases: string[], words: string, fault: string}}
 */
export function parsed(typed) {
  /** @type {Filter[]} */
  const filters = [];
  const phrases = [];
  const words = [];
  for (const [whole, minus, key = "", quoted, bare, phrase, word] of typed.matchAll(/(-?)\b([a-z_]+):(?:"([^"]*)"|(\S+))|"([^"]*)"|(\S+)/gi)) {
    if (!key) {
      if (phrase !== undefined) phrases.push(phrase);
      else words.push(word ?? "");
      continue;
    }
    const read = readField(key.toLowerCase(), quoted ?? bare ?? "", minus === "-");
    if (typeof read === "string") return { filters: [], phrases: [], words: "", fault: read };
    if (!read) words.push(whole);
    else filters.push(...read);
  }
  return { filters, phrases: phrases.filter(Boolean), words: words.join(" ").trim(), fault: "" };
}

/** The filters, or what is wrong, or null: no field is called that. @param {string} key @param {string} value @param {boolean} isMinus @returns {Filter[] | string | null} */
function readField(key, value, isMinus) {
  const name = ALIASES[key] ?? key;
  const measure = measureOf(name);
  if (measure) return readMeasure(measure, value, isMinus);
  if (key === "error" && /^(true|yes|false|no)$/i.test(value)) return [{ name: isMinus ? "not_status" : "status", value: /^[fn]/i.test(value) ? "ok" : "error" }];
  if (key === TEXT || key === "contains") return isMinus ? "Text cannot be excluded. Take the minus away." : [{ name: TEXT, value }];
  const field = fieldOf(name);
  if (!field) return null;
  if (field.values && !field.values.includes(value)) return `“${value}” is no ${field.label}. Write ${list(field.values)}.`;
  return [{ name: isMinus ? NOT + field.name : field.name, value }];
}

/** `>2s`, `<=8k`, `1s..5s`, `2s`: at least. @param {Measure} measure @param {string} text @param {boolean} isMinus @returns {Filter[] | string} */
function readMeasure({ name, label, unit, examples }, text, isMinus) {
  const fault = `“${text}” is no ${label}. Write ${list([`${label}:${examples[2]}`, `${label}:${examples.at(-1)}`])}.`;
  const [, from, to] = text.match(/^(.+?)\.\.(.+)$/) ?? [];
  const [, sign = "", rest = ""] = text.match(/^([<>]=?|[≤≥])?(.+)$/) ?? [];
  const bounds = from && to ? [quantityOf(from, unit), quantityOf(to, unit)] : [quantityOf(rest, unit)];
  if (bounds.some((bound) => bound === null)) return fault;
  if (from && to) return isMinus ? `Write -${label}:>${to} instead.` : [{ name: `min_${name}`, value: String(bounds[0]) }, { name: `max_${name}`, value: String(bounds[1]) }];
  return [{ name: `${(/^[<≤]/.test(sign)) === isMinus ? "min" : "max"}_${name}`, value: String(bounds[0]) }];
}

/**
 * The same with everything that is no field as text to look for.
 * @param {string} typed @returns {{filters: Filter[], fault: string}}
 */
export function understood(typed) {
  const { filters, phrases, words, fault } = parsed(typed);
  const text = [...phrases, words].filter(Boolean).join(" ");
  if (fault) return { filters: [], fault };
  if (text.length > LONGEST_TEXT) return { filters: [], fault: `Text to look for has at most ${LONGEST_TEXT} characters.` };
  return { filters: text ? [...filters, { name: TEXT, value: text }] : filters, fault: "" };
}

/** @param {readonly string[]} values */
const list = (values) => `${values.slice(0, -1).join(", ")} or ${values.at(-1)}`;
