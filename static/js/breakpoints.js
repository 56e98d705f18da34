/** Where the player stops: a condition in words, read from text, and asked of each step. */

/** @typedef {import("./steps.js").Steps} Steps */
/** @typedef {"tool" | "name" | "model" | "type" | "agent"} Word */
/** @typedef {"tokens" | "tokens_in" | "tokens_out" | "cost" | "duration"} Figure */
/**
 * @typedef {{kind: "word", field: Word, value: string} | {kind: "figure", field: Figure, sign: ">" | "<", than: number} | {kind: "error"}
 *   | {kind: "repeated"} | {kind: "changes", path: string} | {kind: "contains", text: string}} Clause
 */
/**
 * What a step is asked. `changed` and `holding` are undefined while nobody knows yet.
 * @typedef {{steps: Steps, repeats: ReadonlyMap<number, {nth: number}>, changed: (index: number) => readonly string[] | undefined, holding: (text: string) => ReadonlySet<number> | undefined}} Known
 */

const WORDS = new Set(["tool", "name", "model", "type", "agent"]);
const FIGURES = new Set(["tokens", "tokens_in", "tokens_out", "cost", "duration"]);
const UNITS = /** @type {const} */ ({ "": 1, k: 1e3, m: 1e6, ms: 1, s: 1e3, min: 6e4 });

/** Clauses that must all hold. Throws a sentence that says what to write. @param {string} text @returns {Clause[]} */
export function readCondition(text) {
  const clauses = split(text).map(readClause);
  if (!clauses.length) throw new Error("Write a condition, such as tool = refund_create and error.");
  return clauses;
}

/** @param {string} text */
function split(text) {
  /** @type {string[]} */
  const clauses = [];
  let clause = "";
  for (const piece of text.match(/"(?:[^"\\]|\\.)*"|\s+and\s+|\s+|[^\s"]+|"/gi) ?? []) {
    if (/^\s+and\s+$/i.test(piece)) {
      clauses.push(clause);
      clause = "";
    } else clause += piece;
  }
  return [...clauses, clause].map((one) => one.trim()).filter(Boolean);
}

/** @param {string} text @returns {Clause} */
function readClause(text) {
  if (/^(errors?|failed|fails)$/i.test(text)) return { kind: "error" };
  if (/^repeat(ed|s)?$/i.test(text)) return { kind: "repeated" };
  const changes = /^(?:state\s+path\s+)?(\S+)\s+chang(?:es|ed)$/i.exec(text);
  if (changes) return { kind: "changes", path: pathOf(changes[1] ?? "") };
  const contains = /^(?:text\s+)?contains\s+(.+)$/i.exec(text);
  if (contains) return { kind: "contains", text: unquoted(contains[1] ?? "") };
  const compared = /^([a-z_]+)\s*(=|>|<|:)\s*(.+)$/i.exec(text);
  const [field, sign, value] = [compared?.[1]?.toLowerCase() ?? "", compared?.[2] ?? "", compared?.[3] ?? ""];
  if (WORDS.has(field) && (sign === "=" || sign === ":")) return { kind: "word", field: /** @type {Word} */ (field), value: unquoted(value) };
  if (FIGURES.has(field) && (sign === ">" || sign === "<")) return { kind: "figure", field: /** @type {Figure} */ (field), sign, than: numberOf(value, field) };
  throw new Error(`“${text}” is not understood. Write tool = name, error, repeated, tokens > 8k, cost > 0.05, duration > 2s, state.path changes, or contains "text".`);
}

/** @param {string} text @param {string} field */
function numberOf(text, field) {
  const read = /^\$?([\d,_]*\.?\d+)\s*(ms|min|s|k|m)?$/i.exec(text.trim());
  const unit = /** @type {keyof typeof UNITS} */ ((read?.[2] ?? "").toLowerCase());
  const isTime = ["ms", "s", "min"].includes(unit);
  if (!read || (unit && isTime !== (field === "duration"))) throw new Error(`“${text}” is no ${field === "duration" ? "duration, such as 2s or 500ms" : "number, such as 8000 or 8k"}.`);
  return Number(read[1]?.replaceAll(/[,_]/g, "")) * UNITS[unit];
}

/** @param {string} text */
const pathOf = (text) => (/^(state|memory)\b/.test(text) ? text : `state.${text}`);

/** @param {string} text */
function unquoted(text) {
  const inside = /^"(.*)"$/s.exec(text.trim())?.[1];
  return inside === undefined ? text.trim() : inside.replaceAll(/\\(.)/g, "$1");
}

/** Whether a step meets a condition; undefined: not known yet. @param {Clause[]} clauses @param {number} index @param {Known} known @returns {boolean | undefined} */
export function meets(clauses, index, known) {
  let isUnknown = false;
  for (const clause of clauses) {
    const holds = meetsOne(clause, index, known);
    if (holds === false) return false;
    if (holds === undefined) isUnknown = true;
  }
  return isUnknown ? undefined : true;
}

/** @param {Clause} clause @param {number} index @param {Known} known @returns {boolean | undefined} */
function meetsOne(clause, index, known) {
  const { steps } = known;
  if (clause.kind === "error") return steps.hasFailed(index);
  if (clause.kind === "repeated") return (known.repeats.get(index)?.nth ?? 1) > 1;
  if (clause.kind === "contains") return known.holding(clause.text)?.has(index);
  if (clause.kind === "changes") return known.changed(index)?.some((path) => path === clause.path || path.startsWith(`${clause.path}.`) || path.startsWith(`${clause.path}[`) || clause.path.startsWith(`${path}.`));
  if (clause.kind === "word") return wordOf(steps, index, clause.field).toLowerCase() === clause.value.toLowerCase();
  const figure = figureOf(steps, index, clause.field);
  return figure !== null && (clause.sign === ">" ? figure > clause.than : figure < clause.than);
}

/** @param {Steps} steps @param {number} index @param {Word} field */
function wordOf(steps, index, field) {
  const { row, holder } = steps.at(index);
  if (field === "tool") return steps.toolOf(index);
  if (field === "model") return steps.trace.modelOf(row);
  if (field === "type") return steps.typeOf(index);
  if (field === "agent") return steps.trace.agentOf(holder < 0 ? row : holder);
  return steps.nameOf(index);
}

/** @param {Steps} steps @param {number} index @param {Figure} field @returns {number | null} */
function figureOf(steps, index, field) {
  const { row, start, end } = steps.at(index);
  const [input, output] = [steps.trace.figure(row, "input_tokens"), steps.trace.figure(row, "output_tokens")];
  if (field === "duration") return end > start ? (end - start) / 1000 : null;
  if (field === "cost") return steps.trace.figure(row, "cost_usd") ?? null;
  if (field === "tokens_in") return input ?? null;
  if (field === "tokens_out") return output ?? null;
  return typeof input === "number" || typeof output === "number" ? (input ?? 0) + (output ?? 0) : null;
}

/** Conditions that a step suggests, the most telling first. @param {Steps} steps @param {number} index @param {readonly string[]} changed */
export function suggestions(steps, index, changed) {
  const [tool, failed, tokens] = [steps.toolOf(index), steps.hasFailed(index), figureOf(steps, index, "tokens_in")];
  const quoted = (/** @type {string} */ word) => (/^[\w.-]+$/.test(word) ? word : JSON.stringify(word));
  return [
    tool && failed ? `tool = ${quoted(tool)} and error` : "",
    tool ? `tool = ${quoted(tool)}` : `name = ${quoted(steps.nameOf(index))}`,
    tokens ? `tokens_in > ${Math.max(100, 10 ** Math.floor(Math.log10(tokens)) * Math.floor(tokens / 10 ** Math.floor(Math.log10(tokens))))}` : "",
    ...changed.slice(0, 2).map((path) => `${path} changes`),
    "error", "repeated",
  ].filter(Boolean);
}
