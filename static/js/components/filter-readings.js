/** How what was typed can be read: as plain English, shown as the filter it gives, or as text to look for. Best first. */

import { useEffect, useState } from "../../vendor/hooks.js";
import { useAnswer } from "../answers.js";
import { FIELDS, labelOf, LONGEST_TEXT, MEASURES, parsed, TEXT, wordsOf } from "../filters.js";
import { html } from "../html.js";
import { pageAt } from "../pages.js";
import { asked } from "../state.js";
import { rangeWords, spanOf } from "../time.js";
import { Icon } from "./icon.js";

/** @typedef {import("../filters.js").Filter} Filter */
/** @typedef {import("../plain-times.js").When} When */
/** @typedef {{key: string, filters: Filter[], when: When | null, page: string, sort: string, rest: string[]}} Reading  `rest`: what was not understood */

const SHORTEST = 3;
const GROUPED = FIELDS.filter(({ name, group }) => group && !["type", "session_id"].includes(name));
/** @type {Readonly<Record<string, string>>} */
const SORTS = { duration_ms: "longest first", cost_usd: "dearest first", total_tokens: "most tokens first" };

/** @param {string} typed @param {boolean} isOpen @returns {Reading[]} */
export function useReadings(typed, isOpen) {
  const { filters, phrases, words, fault } = parsed(typed);
  const read = useGrammar(isOpen);
  const known = useKnown(isOpen && words.length >= SHORTEST);
  const text = [...phrases, words].filter(Boolean).join(" ");
  const isBegun = [...FIELDS, ...MEASURES].some(({ name, label }) => [`${name}:`, `${label}:`].includes(words.toLowerCase().replace(/^.*\s-?|^-/, "")));
  if (!isOpen || fault || isBegun || !text || text.length > LONGEST_TEXT) return [];
  const literal = { key: "text", filters: [...filters, { name: TEXT, value: text }], when: null, page: "", sort: "", rest: [] };
  const english = read && words ? read(words, new Date(), known) : null;
  if (!english || !(english.filters.length || english.when || english.sort || english.page)) return [literal];
  const said = phrases.length ? [...english.filters.filter(({ name }) => name !== TEXT), { name: TEXT, value: phrases.join(" ") }] : english.filters;
  const reading = { key: "words", filters: [...filters, ...said], when: english.when, page: english.page, sort: english.sort, rest: english.rest };
  const isLikely = english.told > english.rest.length && (said.length > 0 || english.when !== null || english.sort !== "");
  return isLikely ? [reading, literal] : [literal, reading];
}

/** The grammar, loaded when somebody begins to write. @param {boolean} isWanted */
function useGrammar(isWanted) {
  const [grammar, setGrammar] = useState(/** @type {typeof import("../plain-english.js") | null} */ (null));
  useEffect(() => {
    if (isWanted && !grammar) void import("../plain-english.js").then(setGrammar);
  }, [isWanted]);
  return grammar?.readEnglish;
}

/** The values that occur in the range, by field. @param {boolean} isWanted @returns {import("../plain-values.js").Known} */
function useKnown(isWanted) {
  const answers = GROUPED.map(({ group }) => useAnswer(isWanted ? "/stats/breakdown" : null, { ...asked.value, by: group, sort: "events", limit: 200 }));
  return Object.fromEntries(GROUPED.map(({ name }, index) => [name, (answers[index]?.value?.items ?? []).flatMap((/** @type {{key: string | null}} */ { key }) => (key === null ? [] : [key]))]));
}

/** For the address: the time that was told, if one was. @param {When | null} when @returns {import("../router.js").Changes} */
export function rangeChanges(when) {
  if (!when) return {};
  if ("range" in when) return { range: when.range, from: null, to: null };
  return { range: null, from: new Date(when.from).toISOString(), to: when.to === null ? null : new Date(when.to).toISOString() };
}

/** @param {When} when */
function whenWords(when) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(rangeChanges(when))) if (typeof value === "string") query.set(name, value);
  return rangeWords(spanOf(query));
}

/** A reading as the chips it will be. @param {{reading: Reading}} props */
export function Read({ reading: { key, filters, when, page, sort, rest } }) {
  return html`<span class="read">
    ${page && html`<span class="chip"><span class="dim">in</span> <b>${pageAt(page)?.page.title}</b></span>`}
    ${filters.map((one) => html`<span class=${`chip${one.name.startsWith("not_") ? " not" : ""}`} key=${`${one.name} ${one.value}`}>${one.name === TEXT ? html`<span class="dim">${labelOf(TEXT)}</span> <b>“${one.value}”</b>` : html`<b>${wordsOf(one)}</b>`}</span>`)}
    ${when && html`<span class="chip"><${Icon} name="clock" size=${12} /><b>${whenWords(when)}</b></span>`}
    ${sort && html`<span class="chip"><b>${SORTS[sort] ?? sort}</b></span>`}
    ${key === "words" && rest.length > 0 && html`<span class="rest warn">not understood: ${rest.join(" ")}</span>`}
  </span>`;
}
