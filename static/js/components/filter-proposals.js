/** What the filter box offers: fields first, then the values of a field that occur in the range, most frequent first. */

import { useAnswer } from "../answers.js";
import { FIELDS, fieldOf, filterParams, labelOf } from "../filters.js";
import { count } from "../format.js";
import { asked, filters } from "../state.js";

/** @typedef {{key: string, label: string, note: string, filter?: import("../filters.js").Filter, write?: string}} Proposal */

const MOST = 10;

/** @param {string} typed @param {boolean} isOpen @returns {Proposal[]} */
export function useProposals(typed, isOpen) {
  const found = typed.match(/^([a-z_]+):"?([^"]*)$/i);
  const field = found ? FIELDS.find(({ name, label }) => name === found[1]?.toLowerCase() || label === found[1]?.toLowerCase()) : undefined;
  const answer = useAnswer(isOpen && field?.group ? "/stats/breakdown" : null, {
    ...asked.value, ...filterParams(filters.value, field?.name), by: field?.group, sort: "events", limit: 200,
  });
  if (!isOpen) return [];
  if (field) return valuesOf(field, found?.[2] ?? "", answer.value?.by === field.group ? answer.value?.items ?? [] : []);
  const word = typed.trim().toLowerCase();
  const fields = FIELDS.filter(({ name, label }) => !word || label.startsWith(word) || name.startsWith(word));
  /** @type {Proposal[]} */
  const proposals = fields.slice(0, word ? MOST : FIELDS.length).map(({ name, label, hint }) => ({ key: name, label: `${label}:`, note: hint, write: `${label}:` }));
  if (word && !word.includes(":")) proposals.unshift({ key: "text", label: `contains “${typed.trim()}”`, note: "anywhere in the event", filter: { name: "text", value: typed.trim().slice(0, 256) } });
  return proposals;
}

/** @param {import("../filters.js").Field} field @param {string} begun @param {{key: string | null, events: number}[]} items @returns {Proposal[]} */
function valuesOf(field, begun, items) {
  const counts = new Map(items.flatMap(({ key, events }) => (key === null ? [] : [[key, events]])));
  const values = [...new Set([...counts.keys(), ...(field.values ?? [])])];
  const word = begun.trim().toLowerCase();
  return values
    .filter((value) => value.toLowerCase().includes(word))
    .slice(0, MOST)
    .map((value) => ({
      key: value,
      label: value,
      note: counts.has(value) ? count(counts.get(value)) : "",
      filter: { name: fieldOf(field.name)?.name ?? labelOf(field.name), value },
    }));
}
