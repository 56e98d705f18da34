/** Any model of the price book, found by words of its name. */

import { useEffect, useRef, useState } from "../../vendor/hooks.js";
import { useAnswer } from "../answers.js";
import { exact } from "../format.js";
import { html } from "../html.js";
import { Icon } from "./icon.js";
import { rate } from "./price-words.js";

const OFFERED = 12;
const REST_MS = 120;

/** @param {{model: string, provider: string, choose: (model: string, provider: string | null) => void}} props */
export function PricePicker({ model, provider, choose }) {
  const [typed, setTyped] = useState(model);
  const [isOpen, setOpen] = useState(false);
  const [at, setAt] = useState(0);
  const [isWanted, setWanted] = useState(false); // Enter was pressed before the offers were there
  const input = useRef(/** @type {HTMLInputElement | null} */ (null));
  const wanted = typed === model ? "" : typed.trim();
  const search = useRested(wanted);
  const found = useAnswer(isOpen ? "/prices" : null, { search: search || undefined, limit: OFFERED });
  /** @type {import("../costs.js").Price[]} */
  const offers = isOpen ? found.value?.items ?? [] : [];
  /** @param {import("../costs.js").Price} price */
  const take = (price) => {
    setOpen(false);
    choose(price.source === "own" ? price.model.replace(/\*$/, "") : price.matched, price.provider);
  };
  const isSettled = isOpen && search === wanted && !found.isOld && found.value !== undefined;
  useEffect(() => {
    const chosen = offers[at];
    if (!isWanted || !isSettled) return;
    setWanted(false);
    if (chosen) take(chosen);
  }, [isWanted, isSettled]);
  /** @param {KeyboardEvent} event */
  const keys = (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by) {
      event.preventDefault();
      setOpen(true);
      if (offers.length) setAt((at + by + offers.length) % offers.length);
    } else if (event.key === "Enter" && isOpen) {
      event.preventDefault();
      setWanted(true);
    } else if (event.key === "Escape" && isOpen) {
      event.preventDefault();
      setOpen(false);
      setTyped(model);
    }
  };
  return html`<div class="picker">
    <div class="field"><${Icon} name="search" size=${14} />
      <input id="price-search" ref=${input} value=${typed} placeholder="gpt-4o-mini, claude, gemini flash …" role="combobox" aria-expanded=${offers.length ? "true" : "false"} aria-controls="price-offers" aria-autocomplete="list"
        aria-activedescendant=${offers[at] ? `price-${at}` : undefined} autocomplete="off" autocapitalize="off" spellcheck=${false} maxlength="128"
        onInput=${(/** @type {any} */ event) => { setTyped(event.target.value); setAt(0); setOpen(true); }}
        onFocus=${() => { setOpen(true); input.current?.select(); }} onBlur=${() => { setOpen(false); setTyped(model); }} onKeyDown=${keys} />
      ${provider && !isOpen && html`<span class="dim cut">${provider}</span>`}</div>
    ${isOpen && found.value && html`<ul class="menu offers-menu" id="price-offers" role="listbox" aria-label="Models with a price">
      ${offers.map((price, index) => html`<li class="item" role="option" id=${`price-${index}`} key=${`${price.provider} ${price.model}`} aria-selected=${index === at ? "true" : "false"}
        onPointerDown=${(/** @type {Event} */ event) => { event.preventDefault(); take(price); }}><span class="cut">${price.model} <span class="dim">${price.source === "own" ? "your own price" : price.provider}</span></span>
        <span class="num soft small">${price.rates[0] && `${rate(price.rates[0].input)} · ${rate(price.rates[0].output)}`}</span></li>`)}
      ${!offers.length && html`<li class="dim aside" role="option" aria-selected="false" aria-disabled="true">No model with a price is called so.</li>`}
      ${found.value.found > offers.length && html`<li class="dim small aside" role="presentation">${exact(found.value.found)} models; write more of the name</li>`}</ul>`}
  </div>`;
}

/** What was typed, once the hands rest. @param {string} text */
function useRested(text) {
  const [rested, setRested] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setRested(text), REST_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return rested;
}
