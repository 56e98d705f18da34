/**
 * Plain English to a filter, by rules and tables alone: the same words always give the same filter, and what is not
 * understood is said. "errors from gpt-4o yesterday slower than 2s". Pure; what occurs in the project is handed in.
 */

import { isNot, withFilter } from "./filters.js";
import { amountAt } from "./plain-amounts.js";
import { timeAt } from "./plain-times.js";
import { knownValue, meant } from "./plain-values.js";
import { ABOUT, ALSO, BY_PREPOSITION, CALLS, FIELD_NAMES, FILLERS, GAP, NEGATION, PREPOSITION, QUOTED, SAYINGS } from "./plain-words.js";

/** @typedef {import("./filters.js").Filter} Filter */
/** @typedef {import("./plain-values.js").Known} Known */
/**
 * `page`: where such things are listed; "" for events. `rest`: words that were not understood. `told`: how many things were.
 * @typedef {{filters: Filter[], when: import("./plain-times.js").When | null, page: string, sort: string, rest: string[], told: number}} Reading
 */

const WORD = /"[^"]*"?|[^\s,;!?()]+/y;

/** @param {string} text @param {Date} now @param {Known} [known] @returns {Reading} */
export function readEnglish(text, now, known = {}) {
  return new Reader(text.replaceAll("’", "'"), now, known).read();
}

class Reader {
  /** @param {string} text @param {Date} now @param {Known} known */
  constructor(text, now, known) {
    this.text = text;
    this.now = now;
    this.known = known;
    this.place = 0;
    /** @type {Filter[]} */
    this.filters = [];
    this.reading = { when: /** @type {import("./plain-times.js").When | null} */ (null), page: "", sort: "", rest: /** @type {string[]} */ ([]), told: 0 };
    this.isNegated = false;
    this.before = ""; // the preposition
    this.last = { isNegated: false, before: "" }; // how the value before was meant, for the one after "or"
    /** @type {string[] | null} */
    this.sought = null; // words of the text looked for, while they are collected
  }

  read() {
    const rules = [this.quoted, this.time, this.amount, this.about, this.also, this.negation, this.fieldAndValue, this.saying, this.preposition];
    while (this.place < this.text.length) {
      if (this.match(GAP)) continue;
      if (!rules.some((rule) => rule.call(this))) this.word();
    }
    this.endSought();
    if (this.reading.sort && !this.reading.page) this.reading.page = "/traces";
    return { filters: this.filters, ...this.reading };
  }

  /** Takes what matches here. @param {RegExp} pattern  sticky */
  match(pattern) {
    pattern.lastIndex = this.place;
    const found = pattern.exec(this.text);
    if (found) this.place += found[0].length;
    return found;
  }

  /** @param {string} name @param {string} value */
  add(name, value) {
    const turned = { min: "max", max: "min" }[name.slice(0, 3)];
    const negated = turned ? turned + name.slice(3) : isNot(name) ? name.slice(4) : `not_${name}`;
    this.filters = withFilter(this.filters, { name: this.isNegated ? negated : name, value });
    this.settle();
  }

  /** Something was understood. */
  settle() {
    this.endSought();
    this.reading.told += 1;
    this.last = { isNegated: this.isNegated, before: this.before };
    this.isNegated = false;
    this.before = "";
    return true;
  }

  endSought() {
    const words = this.sought?.join(" ") ?? "";
    this.sought = null;
    if (!words) return;
    this.filters = withFilter(this.filters, { name: "text", value: words });
    this.reading.told += 1;
  }

  quoted() {
    const found = this.match(QUOTED);
    if (!found) return false;
    const text = found[1] ?? found[2] ?? "";
    if (this.sought) this.sought.push(text);
    else if (text) this.sought = [text];
    this.endSought();
    return true;
  }

  time() {
    const { when } = this.reading;
    const within = when && "from" in when ? { from: when.from, to: when.to ?? this.now.getTime() } : null;
    const found = timeAt(this.text, this.place, this.now, within);
    if (!found) return false;
    this.place += found.length;
    this.match(/'s(?!\w)/y);
    const isUntil = /^(?:until|till|before|up to)/i.test(this.text.slice(this.place - found.length));
    this.reading.when = isUntil && within && "to" in found.when ? { from: within.from, to: found.when.to } : found.when;
    return this.settle();
  }

  amount() {
    const found = amountAt(this.text, this.place);
    if (!found) return false;
    this.place += found.length;
    for (const { name, value } of found.bounds) this.add(name, value);
    return true;
  }

  about() {
    if (this.before || !this.match(ABOUT)) return false;
    this.endSought();
    this.sought = [];
    return true;
  }

  also() {
    if (this.sought?.length || !this.match(ALSO)) return false;
    Object.assign(this, this.last);
    return true;
  }

  negation() {
    if (this.sought?.length || !this.match(NEGATION)) return false;
    this.isNegated = true;
    return true;
  }

  fieldAndValue() {
    for (const [pattern, name] of FIELD_NAMES) {
      const start = this.place;
      const found = this.match(pattern);
      const value = found && (found[1] ?? found[2] ?? "");
      const isLoose = found && /^\w+s\b/.test(found[0]) && !/\d/.test(value ?? "") && !knownValue(this.known, name, value ?? ""); // "sessions that …"
      if (value && (found[1] || (!isLoose && !this.isGrammar(value, this.place - value.length)))) {
        this.add(name, name === "environment" ? knownValue(this.known, name, value) ?? value : value);
        return true;
      }
      this.place = start;
    }
    return false;
  }

  /** Whether the grammar knows what stands there as something else than a value. @param {string} word @param {number} place */
  isGrammar(word, place) {
    const alone = [FILLERS, CALLS, NEGATION, ABOUT, ALSO, PREPOSITION, ...SAYINGS.map(([pattern]) => pattern)];
    return alone.some((pattern) => fits(pattern, word)) || amountAt(this.text, place) !== null || timeAt(this.text, place, this.now) !== null;
  }

  saying() {
    if (this.sought && !this.sought.length) return false;
    for (const [pattern, { filters = [], page, sort }] of SAYINGS) {
      const start = this.place;
      const found = this.match(pattern);
      if (!found) continue;
      if (this.isValue(found[0])) {
        this.place = start;
        return false;
      }
      if (page) this.reading.page = page;
      if (sort) this.reading.sort = sort;
      for (const { name, value } of filters) this.add(name, value);
      if (!filters.length) this.settle();
      return true;
    }
    const calls = this.match(CALLS);
    if (calls && !this.filters.some(({ name }) => name === "type")) this.add("type", "model_response");
    else if (calls) this.settle();
    return calls !== null;
  }

  /** A word of the grammar that is the name of something here, after a preposition: "by support". @param {string} word */
  isValue(word) {
    return this.before !== "" && (BY_PREPOSITION[this.before] ?? []).some((name) => this.known[name]?.includes(word));
  }

  preposition() {
    if (this.sought && !this.sought.length) return false;
    const found = this.match(PREPOSITION);
    if (!found) return false;
    this.endSought();
    this.before = (found[1] ?? "").toLowerCase();
    return true;
  }

  /** A word no rule knows: a value, text that is looked for, or nothing we understand. */
  word() {
    if ((!this.sought || !this.sought.length) && this.match(FILLERS)) return;
    const said = this.match(WORD)?.[0] ?? this.text[this.place++] ?? "";
    const word = said.replace(/'s$|[.:]+$/g, "");
    if (this.sought) {
      this.sought.push(said);
      return;
    }
    const found = meant(word, this.before, this.known);
    if (found) this.addAll(...found);
    else {
      this.reading.rest.push(said);
      this.isNegated = false;
      this.before = "";
    }
  }

  /** Values of one field are alternatives and share a negation. @param {string} name @param {readonly string[]} values */
  addAll(name, values) {
    const wasNegated = this.isNegated;
    for (const value of values) {
      this.isNegated = wasNegated;
      this.add(name, value);
    }
  }
}

/** @param {RegExp} pattern @param {string} word */
function fits(pattern, word) {
  pattern.lastIndex = 0;
  return pattern.exec(word)?.[0].length === word.length;
}
