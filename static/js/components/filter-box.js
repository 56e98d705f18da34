/** The box a filter is written in: chips for what holds, completion, and plain English shown as the filter it gives. */

import { useRef, useState } from "../../vendor/hooks.js";
import { isNot, labelOf, signOf, spelled, TEXT, understood, valueOf, withFilter, withoutFilter, wordsOf } from "../filters.js";
import { html } from "../html.js";
import { useProposals } from "./filter-proposals.js";
import { Read, useReadings } from "./filter-readings.js";
import { Icon } from "./icon.js";

/** @typedef {import("../filters.js").Filter} Filter */
/** @typedef {import("./filter-proposals.js").Proposal} Proposal */
/** @typedef {Omit<import("./filter-readings.js").Reading, "key" | "rest"> & {isSearch: boolean}} Wanted  `filters`: all that shall hold; `isSearch`: came of words */

const NOTHING = { when: null, page: "", sort: "", isSearch: false };

/**
 * @param {{filters: Filter[], apply: (wanted: Wanted) => void, hint: string, box?: {current: HTMLInputElement | null}, leave?: () => void}} props
 * `box`: where to put the input, for those that focus it. `leave`: Escape in the empty box
 */
export function FilterBox({ filters, apply, hint, box, leave }) {
  const [typed, setTyped] = useState("");
  const [fault, setFault] = useState("");
  const [isOpen, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const own = useRef(/** @type {HTMLInputElement | null} */ (null));
  const input = box ?? own;
  const readings = useReadings(typed, isOpen);
  const proposals = useProposals(typed, isOpen, filters);
  const size = readings.length + proposals.length;

  /** @param {string} text */
  const write = (text) => {
    setTyped(text.replace(/^\/+/, "")); // the key that leads here, pressed here
    setAt(-1);
    setFault("");
    setOpen(true);
  };
  /** @param {Filter[]} found @param {Partial<Wanted>} [more] */
  const add = (found, more) => {
    apply({ ...NOTHING, ...more, filters: found.reduce(withFilter, [...filters]) });
    setTyped("");
    setAt(-1);
  };
  /** @param {number} index  of what is offered */
  const take = (index) => {
    const reading = readings[index];
    const proposal = proposals[index - readings.length];
    if (reading) {
      add(reading.filters, { when: reading.when, page: reading.page, sort: reading.sort, isSearch: true });
      setOpen(false);
    } else if (proposal?.filters) add(proposal.filters);
    else write(proposal?.write ?? typed);
    input.current?.focus();
  };
  const enter = () => {
    if (isOpen && at >= 0) return take(at);
    if (isOpen && readings.length) return take(0);
    const { filters: found, fault: wrong } = understood(typed);
    if (wrong) return setFault(wrong);
    if (found.length) {
      add(found, { isSearch: found.some(({ name }) => name === TEXT) });
      setOpen(false);
    }
    return undefined;
  };
  /** @param {KeyboardEvent} event */
  const keys = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && size) {
      setOpen(true);
      setAt((at + step + (at < 0 && step < 0 ? 1 : 0) + size) % size);
    } else if (event.key === "Enter") enter();
    else if (event.key === "Tab" && isOpen && typed && proposals.length && !event.shiftKey) take(Math.max(at, readings.length));
    else if (event.key === "Escape") {
      if (isOpen && typed) setTyped("");
      else if (leave) leave();
      else input.current?.blur();
      setOpen(false);
    } else if (event.key === "Backspace" && !typed && filters.length) {
      apply({ ...NOTHING, filters: filters.slice(0, -1) });
      return;
    } else return;
    event.preventDefault();
  };
  /** @param {Filter} one */
  const edit = (one) => {
    apply({ ...NOTHING, filters: withoutFilter(filters, one) });
    write(one.name === TEXT ? one.value : spelled(one));
    input.current?.focus();
  };
  const isShown = isOpen && size > 0;
  return html`<div class="filter">
    <div class=${`field q${fault ? " wrong" : ""}`} onPointerDown=${(/** @type {PointerEvent} */ event) => {
      if (event.target === event.currentTarget) { event.preventDefault(); input.current?.focus(); }
    }}>
      <${Icon} name="search" size=${14} />
      ${filters.map((one) => html`<${Chip} key=${`${one.name}:${one.value}`} one=${one} edit=${() => edit(one)} remove=${() => apply({ ...NOTHING, filters: withoutFilter(filters, one) })} />`)}
      <input ref=${input} value=${typed} placeholder=${filters.length ? "Add a filter" : hint} aria-label="Filter" role="combobox"
        aria-expanded=${isShown ? "true" : "false"} aria-controls="proposals" aria-autocomplete="list" aria-invalid=${fault ? "true" : undefined}
        aria-activedescendant=${at >= 0 ? `proposal-${at}` : undefined} autocomplete="off" autocapitalize="off" spellcheck=${false}
        onInput=${(/** @type {any} */ event) => write(event.target.value)} onKeyDown=${keys} onFocus=${() => setOpen(true)} onBlur=${() => setOpen(false)} />
      ${filters.length > 1 && html`<button type="button" class="clear" onClick=${() => apply({ ...NOTHING, filters: [] })}>Clear</button>`}
      <kbd class="wide" aria-hidden="true">/</kbd>
    </div>
    ${fault && html`<p class="say bad" role="alert">${fault}</p>`}
    ${isShown && html`<ul class="menu proposals" id="proposals" role="listbox" aria-label="What can be filtered">
      ${readings.map((reading, index) => html`<${Item} key=${reading.key} index=${index} at=${at} take=${take} label=${html`<${Read} reading=${reading} />`}
        note=${html`${index === Math.max(at, 0) && html`<kbd>↵</kbd>`}`} />`)}
      ${proposals.map(({ key, label, note }, index) => html`<${Item} key=${key} index=${readings.length + index} at=${at} take=${take} label=${html`<span class="cut">${label}</span>`} note=${note} />`)}
    </ul>`}
  </div>`;
}

/** @param {{index: number, at: number, take: (index: number) => void, label: unknown, note: unknown}} props */
const Item = ({ index, at, take, label, note }) => html`<li id=${`proposal-${index}`} role="option" class="item" aria-selected=${index === at ? "true" : "false"}
  onPointerDown=${(/** @type {Event} */ event) => { event.preventDefault(); take(index); }}>${label}<span class="dim small">${note}</span></li>`;

/** @param {{one: Filter, edit: () => void, remove: () => void}} props */
const Chip = ({ one, edit, remove }) => html`<span class=${`chip${isNot(one.name) ? " not" : ""}`}>
  <button type="button" class="edit" onClick=${edit} title=${wordsOf(one)}><span class="dim">${isNot(one.name) ? "not " : ""}${labelOf(one.name)} ${signOf(one.name)}</span> <b class="cut">${valueOf(one)}</b></button>
  <button type="button" class="off" onClick=${remove} aria-label=${`Remove ${wordsOf(one)}`}><${Icon} name="x" size=${12} /></button>
</span>`;
