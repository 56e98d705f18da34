/** JSON as a tree that folds. Large things start folded and say how many they hold; a huge one is drawn on request. */

import { useState } from "../../vendor/hooks.js";
import { count } from "../format.js";
import { html } from "../html.js";

const OPEN_DEPTH = 3;
const OPEN_SIZE = 40;
const STEP = 200;
const LONG_TEXT = 600;

/** @param {{value: unknown, isPlain?: boolean}} props  `isPlain`: inside something that has an edge already */
export const JsonTree = ({ value, isPlain = false }) => html`<div class=${`json tree${isPlain ? "" : " box"}`}><${Node} value=${value} depth=${0} path="$" isLast /></div>`;

/** @param {{name?: string, value: any, depth: number, path: string, isLast?: boolean}} props */
function Node({ name, value, depth, path, isLast = false }) {
  const key = name === undefined ? "" : html`<span class="k">${JSON.stringify(name)}</span>: `;
  const comma = isLast ? "" : ",";
  if (value === null || typeof value !== "object") return html`<div class="line">${key}<${Leaf} value=${value} />${comma}</div>`;
  const isList = Array.isArray(value);
  const names = isList ? null : Object.keys(value);
  const size = names ? names.length : value.length;
  const [open, close] = isList ? ["[", "]"] : ["{", "}"];
  if (!size) return html`<div class="line">${key}${open}${close}${comma}</div>`;
  return html`<${Branch} ...${{ label: key, value, names, size, open, close, comma, depth, path }} />`;
}

/**
 * @param {{label: unknown, value: any, names: string[] | null, size: number, open: string, close: string, comma: string, depth: number, path: string}} props
 */
function Branch({ label, value, names, size, open, close, comma, depth, path }) {
  const [isOpen, setOpen] = useState(depth < OPEN_DEPTH && size <= OPEN_SIZE);
  const [most, setMost] = useState(STEP);
  const what = names ? (size === 1 ? "field" : "fields") : size === 1 ? "item" : "items";
  const fold = html`<button type="button" class="fold" aria-expanded=${isOpen ? "true" : "false"} aria-label=${`${isOpen ? "Fold" : "Unfold"} ${path}`} onClick=${() => setOpen(!isOpen)}></button>`;
  if (!isOpen) return html`<div class="line">${fold}${label}${open}<button type="button" class="held" onClick=${() => setOpen(true)}>${count(size)} ${what}</button>${close}${comma}</div>`;
  const shown = Math.min(size, most);
  return html`<div class="line">${fold}${label}${open}</div>
    <div class="inner">
      ${Array.from({ length: shown }, (_, index) => {
        const name = names?.[index];
        return html`<${Node} key=${name ?? index} name=${name} value=${name === undefined ? value[index] : value[name]} depth=${depth + 1}
          path=${name === undefined ? `${path}[${index}]` : `${path}.${name}`} isLast=${index === size - 1} />`;
      })}
      ${shown < size && html`<button type="button" class="held" onClick=${() => setMost(most + 5 * STEP)}>${count(size - shown)} more</button>`}
    </div>
    <div class="line">${close}${comma}</div>`;
}

/** @param {{value: unknown}} props */
function Leaf({ value }) {
  const [isWhole, setWhole] = useState(false);
  if (typeof value === "string") {
    const isCut = value.length > LONG_TEXT && !isWhole;
    return html`<span class="s">${JSON.stringify(isCut ? value.slice(0, LONG_TEXT) : value)}</span>${isCut && html` <button type="button" class="held" onClick=${() => setWhole(true)}>${count(value.length - LONG_TEXT)} more characters</button>`}`;
  }
  return html`<span class=${typeof value === "number" ? "n" : "w"}>${String(value)}</span>`;
}
