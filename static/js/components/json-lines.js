/** JSON line by line: what was put there and taken away by tint and sign, what is echoed elsewhere marked. */

import { count } from "../format.js";
import { html } from "../html.js";
import { piecesOf } from "../value-echo.js";

/** @typedef {import("../json-diff.js").Line} Line */

const LONG = 600;

/** @param {{lines: Line[], marked?: ReadonlySet<string>, isPlain?: boolean}} props  `marked`: paths whose value stands out. `isPlain`: inside something that has an edge */
export const JsonLines = ({ lines, marked, isPlain = false }) => {
  const isDiff = lines.some(({ sign }) => sign);
  return html`<div class=${`json by-line${isPlain ? "" : " box"}${isDiff ? " diff" : ""}`}>${lines.map((line, at) => html`<${OneLine} key=${at} line=${line} isMarked=${marked?.has(line.path) === true && line.open === undefined && line.close === undefined} />`)}</div>`;
};

/** @param {{line: Line, isMarked: boolean}} props */
function OneLine({ line, isMarked }) {
  const { depth, sign, key, open, close, folded, left, comma } = line;
  const name = key === undefined ? "" : html`<span class="k">${JSON.stringify(key)}</span>: `;
  const what = left ? html`<span class="dim">… ${count(folded)} ${left}</span>`
    : folded !== undefined ? html`${open}${folded ? html`<span class="dim"> … ${count(folded)} </span>` : ""}${close}`
    : open ?? close ?? html`<${Value} value=${line.value} />`;
  const said = sign === "+" ? "added" : sign === "-" ? "taken away" : "";
  const text = html`${name}${what}${comma ? "," : ""}`;
  return html`<div class=${`ln ${sign === "+" ? "add" : sign === "-" ? "del" : ""}`} style=${{ paddingLeft: `calc(${depth * 2}ch + var(--sign))` }}>${sign && html`<i aria-hidden="true">${sign === "-" ? "−" : "+"}</i><span class="sr">${said}: </span>`}${isMarked ? html`<mark>${text}</mark>` : text}</div>`;
}

/** @param {{value: unknown}} props */
function Value({ value }) {
  if (typeof value !== "string") return html`<span class=${typeof value === "number" ? "n" : "w"}>${value === undefined ? "nothing" : String(value)}</span>`;
  const isCut = value.length > LONG;
  return html`<span class="s">${JSON.stringify(isCut ? value.slice(0, LONG) : value)}</span>${isCut && html`<span class="dim"> … ${count(value.length - LONG)} more characters</span>`}`;
}

/** A text in which some words are marked. @param {{text: string, words: string[]}} props */
export const Marked = ({ text, words }) => html`${piecesOf(text, words).map((piece, at) => (at % 2 ? html`<mark key=${at}>${piece}</mark>` : piece))}`;
