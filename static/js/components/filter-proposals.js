/** What the filter box offers for the word that is being written: fields, then the values of a field that occur in the range, most frequent first. */

import { useAnswer } from "../answers.js";
import { FIELDS, fieldOf, filterParams, MEASURES, measureOf, understood } from "../filters.js";
import { count } from "../format.js";
import { quantitySpelled } from "../quantities.js";
import { asked } from "../state.js";

/** @typedef {import("../filters.js").Filter} Filter */
/** @typedef {{key: string, label: string, note: string, filters?: Filter[], write?: string}} Proposal  `filters`: with those that were typed before it */

const MOST = 10;
const DIGITS = 3;
const PERCENTILES = /** @type {const} */ (["p50", "p95", "p99"]);
export const EXAMPLE = "errors from gpt-4o yesterday slower than 2s";

/** What was typed, as the part that is done and the word being written. @param {string} typed */
function cut(typed) {
  const [, head = "", minus = "", name = "", colon = "", value = ""] = typed.match(/^(|.*\s)(-?)([a-z_]*)(?:(:)"?([^"]*))?$/i) ?? [];
  const field = colon ? [...FIELDS, ...MEASURES].find((one) => one.name === name.toLowerCase() || one.label === name.toLowerCase()) : undefined;
  return { head, minus, word: name.toLowerCase(), field, value: value.trim() };
}

/** @param {string} typed @param {boolean} isOpen @param {readonly Filter[]} chosen @returns {Proposal[]} */
export function useProposals(typed, isOpen, chosen) {
  const { head, minus, word, field, value } = cut(typed);
  const group = field && fieldOf(field.name)?.group;
  const answer = useAnswer(isOpen && group ? "/stats/breakdown" : null, { ...asked.value, ...filterParams(chosen, field?.name), by: group, sort: "events", limit: 200 });
  const isLatency = field?.name === "latency_ms";
  const figures = useAnswer(isOpen && isLatency ? "/stats/overview" : null, { ...asked.value, ...filterParams(chosen) });
  if (!isOpen) return [];
  const before = understood(head).filters;
  const measure = field && measureOf(field.name);
  if (measure) return boundsOf(measure, minus, value, before, isLatency ? figures.value?.latency_ms : undefined);
  if (field) return valuesOf(field, minus, value, answer.value?.by === group ? answer.value?.items ?? [] : [], before);
  const fields = [...FIELDS.slice(0, 3), ...MEASURES, ...FIELDS.slice(3)].filter(({ name, label }) => !word || label.startsWith(word) || name.startsWith(word));
  /** @type {Proposal[]} */
  const proposals = fields.map(({ name, label, hint }) => ({ key: name, label: `${minus}${label}:`, note: hint, write: `${head}${minus}${label}:` }));
  if (!typed.trim()) proposals.unshift({ key: "example", label: EXAMPLE, note: "in plain words", write: EXAMPLE });
  return typed.trim() ? proposals.slice(0, MOST) : proposals;
}

/** @param {import("../filters.js").Field} field @param {string} minus @param {string} begun @param {{key: string | null, events: number}[]} items @param {Filter[]} before @returns {Proposal[]} */
function valuesOf({ name, values: all = [] }, minus, begun, items, before) {
  const counts = new Map(items.flatMap(({ key, events }) => (key === null ? [] : [[key, events]])));
  const word = begun.toLowerCase();
  return [...new Set([...counts.keys(), ...all])]
    .filter((value) => value.toLowerCase().includes(word))
    .slice(0, MOST)
    .map((value) => ({ key: value, label: `${minus && "not "}${value}`, note: counts.has(value) ? count(counts.get(value)) : "", filters: [...before, { name: minus ? `not_${name}` : name, value }] }));
}

/** @param {import("../filters.js").Measure} measure @param {string} minus @param {string} begun @param {Filter[]} before @param {Record<string, number | null> | undefined} figures @returns {Proposal[]} */
function boundsOf({ label, unit, examples }, minus, begun, before, figures) {
  /** @type {[string, string][]} */
  const usual = PERCENTILES.flatMap((name) => (figures?.[name] ? [[`>${quantitySpelled(Number(Number(figures[name]).toPrecision(DIGITS)), unit)}`, `${name} of this range`]] : []));
  const all = new Map([...usual, ...examples.map((one) => /** @type {[string, string]} */ ([one, ""]))]);
  return [...all].filter(([bound]) => bound.startsWith(begun) || bound.slice(1).startsWith(begun)).slice(0, MOST)
    .map(([bound, note]) => ({ key: bound, label: `${minus}${label}:${bound}`, note, filters: [...before, ...understood(`${minus}${label}:${bound}`).filters] }));
}
