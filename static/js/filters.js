/** Filters: the same names in the address bar and in the API. Values of one name are alternatives. */

/** @typedef {{name: string, value: string}} Filter */
/** @typedef {{name: string, label: string, hint: string, group?: string, values?: readonly string[]}} Field  `group`: what /stats/breakdown calls it. */

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
  { name: "service", label: "service", hint: "that sent it" },
  { name: "trace_id", label: "trace", hint: "its id" },
  { name: "error_group", label: "problem", hint: "id of a group of errors" },
];
export const TEXT = "text";
const LONGEST_TEXT = 256;

/** @type {Record<string, string>} */
const ALIASES = { user: "user_id", session: "session_id", env: "environment", trace: "trace_id", problem: "error_group", tags: "tag", models: "model" };

/** @param {string} name */
export const fieldOf = (name) => FIELDS.find((field) => field.name === name);

/** @param {string} name */
export const labelOf = (name) => (name === TEXT ? "contains" : fieldOf(name)?.label ?? name);

/** The filters of a query, in the order of FIELDS. @param {URLSearchParams} query @returns {Filter[]} */
export function filtersOf(query) {
  const found = FIELDS.flatMap(({ name }) => query.getAll(name).filter(Boolean).map((value) => ({ name, value })));
  const text = query.get(TEXT);
  return text ? [...found, { name: TEXT, value: text.slice(0, LONGEST_TEXT) }] : found;
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
  const none = Object.fromEntries([...FIELDS.map(({ name }) => name), TEXT].map((name) => [name, null]));
  return { ...none, ...filterParams(filters) };
}

/** @param {readonly Filter[]} filters @param {Filter} one @returns {Filter[]} */
export function withFilter(filters, one) {
  const others = filters.filter((filter) => (one.name === TEXT ? filter.name !== TEXT : filter.name !== one.name || filter.value !== one.value));
  return [...others, one];
}

/** @param {readonly Filter[]} filters @param {Filter} one @returns {Filter[]} */
export const withoutFilter = (filters, one) => filters.filter((filter) => filter.name !== one.name || filter.value !== one.value);

/** @param {readonly Filter[]} filters @param {Filter} one */
export const hasFilter = (filters, one) => filters.some((filter) => filter.name === one.name && filter.value === one.value);

/**
 * What was typed: `model:gpt-4o error:true "refund"`. Words without a field are text.
 * @param {string} typed @returns {{filters: Filter[], fault: string}}
 */
export function understood(typed) {
  /** @type {Filter[]} */
  const filters = [];
  const words = [];
  for (const [, key, quoted, bare, phrase, word] of typed.matchAll(/([a-z_]+):(?:"([^"]*)"|(\S+))|"([^"]*)"|(\S+)/gi)) {
    if (key === undefined) {
      words.push(phrase ?? word ?? "");
      continue;
    }
    const value = quoted ?? bare ?? "";
    const name = ALIASES[key.toLowerCase()] ?? key.toLowerCase();
    const field = fieldOf(name);
    if (name === "error") filters.push({ name: "status", value: value === "false" ? "ok" : "error" });
    else if (name === TEXT) words.push(value);
    else if (!field) words.push(`${key}:${value}`);
    else if (field.values && !field.values.includes(value)) return { filters: [], fault: `“${value}” is no ${field.label}. Write ${list(field.values)}.` };
    else filters.push({ name, value });
  }
  const text = words.join(" ").trim();
  if (text.length > LONGEST_TEXT) return { filters: [], fault: `Text to look for has at most ${LONGEST_TEXT} characters.` };
  if (text) filters.push({ name: TEXT, value: text });
  return { filters, fault: "" };
}

/** @param {readonly string[]} values */
const list = (values) => `${values.slice(0, -1).join(", ")} or ${values.at(-1)}`;
