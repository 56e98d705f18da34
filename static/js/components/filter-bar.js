/** The filter: chips for what holds, one box to add more, with the fields and the values that occur. */

import { useRef, useState } from "../../vendor/hooks.js";
import { hasFilter, labelOf, onlyThese, understood, withFilter, withoutFilter } from "../filters.js";
import { html } from "../html.js";
import { useKeys } from "../keyboard.js";
import { amend } from "../router.js";
import { filters } from "../state.js";
import { Icon } from "./icon.js";
import { useProposals } from "./filter-proposals.js";

/** @typedef {import("../filters.js").Filter} Filter */

/** @param {readonly Filter[]} next */
export const applyFilters = (next) => amend({ ...onlyThese(next), event: null });

/** Add a filter, or take it away again. @param {Filter} one */
export const toggleFilter = (one) =>
  applyFilters(hasFilter(filters.peek(), one) ? withoutFilter(filters.peek(), one) : withFilter(filters.peek(), one));

/** @param {{hint?: string}} props */
export function FilterBar({ hint = "Filter: model:gpt-4o  status:error  “refund”" }) {
  const [typed, setTyped] = useState("");
  const [fault, setFault] = useState("");
  const [isOpen, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const input = useRef(/** @type {HTMLInputElement | null} */ (null));
  const proposals = useProposals(typed, isOpen);
  useKeys("Everywhere", [{ keys: "/", does: "Filter", run: () => input.current?.focus() }], []);

  /** @param {string} text */
  const write = (text) => {
    setTyped(text);
    setAt(-1);
    setFault("");
    setOpen(true);
  };
  /** @param {string} text */
  const apply = (text) => {
    const { filters: found, fault: wrong } = understood(text);
    if (wrong) return setFault(wrong);
    applyFilters(found.reduce(withFilter, [...filters.peek()]));
    setTyped("");
    setOpen(false);
    return undefined;
  };
  /** @param {import("./filter-proposals.js").Proposal} proposal */
  const take = (proposal) => {
    if (proposal.filter) {
      applyFilters(withFilter(filters.peek(), proposal.filter));
      setTyped("");
    } else write(proposal.write ?? "");
    setAt(-1);
    input.current?.focus();
  };
  /** @param {KeyboardEvent} event */
  const keys = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && proposals.length) {
      event.preventDefault();
      setOpen(true);
      setAt((at + step + (at < 0 && step < 0 ? 1 : 0) + proposals.length) % proposals.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      const chosen = isOpen ? proposals[at] : undefined;
      if (chosen) take(chosen);
      else if (typed.trim()) apply(typed);
    } else if (event.key === "Tab" && isOpen && typed && proposals[Math.max(at, 0)]) {
      event.preventDefault();
      take(/** @type {import("./filter-proposals.js").Proposal} */ (proposals[Math.max(at, 0)]));
    } else if (event.key === "Escape") {
      event.preventDefault();
      if (isOpen && typed) setTyped("");
      else input.current?.blur();
      setOpen(false);
    } else if (event.key === "Backspace" && !typed && filters.peek().length) {
      applyFilters(filters.peek().slice(0, -1));
    }
  };
  return html`<div class="filter">
    <div class=${`field q${fault ? " wrong" : ""}`} onPointerDown=${(/** @type {PointerEvent} */ event) => {
      if (event.target === event.currentTarget) { event.preventDefault(); input.current?.focus(); }
    }}>
      <${Icon} name="search" size=${14} />
      ${filters.value.map((one) => html`<${Chip} key=${`${one.name}:${one.value}`} one=${one} edit=${() => {
        applyFilters(withoutFilter(filters.peek(), one));
        write(one.name === "text" ? one.value : `${labelOf(one.name)}:${quoted(one.value)}`);
        input.current?.focus();
      }} />`)}
      <input ref=${input} value=${typed} placeholder=${filters.value.length ? "Add a filter" : hint} aria-label="Filter" role="combobox"
        aria-expanded=${isOpen && proposals.length ? "true" : "false"} aria-controls="proposals" aria-autocomplete="list" aria-invalid=${fault ? "true" : undefined}
        aria-activedescendant=${at >= 0 ? `proposal-${at}` : undefined} autocomplete="off" autocapitalize="off" spellcheck=${false}
        onInput=${(/** @type {any} */ event) => write(event.target.value)} onKeyDown=${keys} onFocus=${() => setOpen(true)} onBlur=${() => setOpen(false)} />
      ${filters.value.length > 1 && html`<button type="button" class="clear" onClick=${() => applyFilters([])}>Clear</button>`}
      <kbd class="wide" aria-hidden="true">/</kbd>
    </div>
    ${fault && html`<p class="say bad" role="alert">${fault}</p>`}
    ${isOpen && proposals.length > 0 && html`<ul class="menu proposals" id="proposals" role="listbox" aria-label="What can be filtered">
      ${proposals.map((proposal, index) => html`<li key=${proposal.key} id=${`proposal-${index}`} role="option" class="item" aria-selected=${index === at ? "true" : "false"}
        onPointerDown=${(/** @type {Event} */ event) => { event.preventDefault(); take(proposal); }}>
        <span class="cut">${proposal.label}</span><span class="dim small">${proposal.note}</span></li>`)}
    </ul>`}
  </div>`;
}

/** @param {{one: Filter, edit: () => void}} props */
const Chip = ({ one, edit }) => html`<span class="chip">
  <button type="button" class="edit" onClick=${edit} title=${`${labelOf(one.name)}: ${one.value}`}><span class="dim">${labelOf(one.name)}</span> <b class="cut">${one.value}</b></button>
  <button type="button" class="off" onClick=${() => applyFilters(withoutFilter(filters.peek(), one))} aria-label=${`Remove ${labelOf(one.name)} ${one.value}`}><${Icon} name="x" size=${12} /></button>
</span>`;

/** @param {string} value */
const quoted = (value) => (/[\s"]/.test(value) ? `"${value}"` : value);
