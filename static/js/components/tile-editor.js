/** What a tile shows, chosen field by field; each choice is seen at once in the tile. */

import { useEffect, useRef, useState } from "../../vendor/hooks.js";
import { COLUMNS, filterList, fitting, groupsOf, METRICS, MOST_ROWS, SHAPES, titleOf } from "../dashboards.js";
import { filterParams, spelled, understood } from "../filters.js";
import { html } from "../html.js";
import { Icon } from "./icon.js";

/** @typedef {import("../dashboards.js").Tile} Tile */
/** @typedef {import("../dashboards.js").Shape} Shape */

const LONGEST_TITLE = 100;

/**
 * `change`: `field` is what is being typed in, if anything is: all that is typed there is one change. `move`: null where there is no further place.
 * @param {{tile: Tile, change: (tile: Tile, field?: string) => void, move: {earlier: (() => void) | null, later: (() => void) | null}, copy: () => void, remove: () => void, close: () => void}} props
 */
export function TileEditor({ tile, change, move, copy, remove, close }) {
  const whole = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    const first = whole.current?.querySelector("[aria-checked=true]");
    if (first instanceof HTMLElement) first.focus();
  }, [tile.id]);
  /** @param {Partial<Tile>} changes @param {string} [field] */
  const set = (changes, field = "") => change(fitting({ ...tile, ...changes }), field && `${field} of ${tile.id}`);
  const shape = SHAPES[tile.shape];
  const groups = groupsOf(tile.shape, tile.metric);
  return html`<aside class="editor scroll" aria-label="Tile" ref=${whole} onKeyDown=${(/** @type {KeyboardEvent} */ event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      event.stopPropagation();
      close();
    }}>
    <header><h2 class="cut">${titleOf(tile)}</h2><button type="button" class="btn quiet icon" aria-label="Close" onClick=${close}><${Icon} name="x" size=${14} /></button></header>
    <${Shapes} chosen=${tile.shape} choose=${(/** @type {Shape} */ next) => set({ shape: next, ...sizeFor(tile, next) })} />
    ${tile.shape !== "heat" && html`<${Choice} label="Shows" value=${tile.metric} values=${METRICS.filter(shape.has).map(({ name, label }) => [name, label])} choose=${(/** @type {string} */ metric) => set({ metric })} />`}
    ${groups.length > 0 && html`<${Choice} label="Split by" value=${tile.group} values=${[...(shape.split === "may" ? [["", "nothing"]] : []), ...groups.map(({ name, label }) => [name, label])]} choose=${(/** @type {string} */ group) => set({ group })} />`}
    <${FilterField} key=${tile.id} filters=${tile.filters} choose=${(/** @type {Record<string, string[]>} */ filters) => set({ filters }, "filter")} />
    <label class="line"><span>Title</span><input class="field" value=${tile.title} maxlength=${LONGEST_TITLE} placeholder=${titleOf({ ...tile, title: "" })} onInput=${(/** @type {any} */ event) => set({ title: event.target.value }, "title")} /></label>
    <div class="pair-of">
      <${Choice} label="Width" value=${String(tile.width)} values=${["a quarter", "half", "three quarters", "full"].slice(0, COLUMNS).map((words, index) => [String(index + 1), words])} choose=${(/** @type {string} */ width) => set({ width: Number(width) })} />
      <${Choice} label="Height" value=${String(tile.height)} values=${Array.from({ length: MOST_ROWS + 1 - shape.least }, (_, index) => [String(shape.least + index), plural(shape.least + index)])} choose=${(/** @type {string} */ height) => set({ height: Number(height) })} />
    </div>
    <div class="line"><span>Place</span><div class="pair-of"><${Way} act=${move.earlier} reason="It is the first">Earlier<//><${Way} act=${move.later} reason="It is the last">Later<//></div></div>
    <footer><button type="button" class="btn quiet" onClick=${remove}>Remove</button><button type="button" class="btn quiet" onClick=${copy}>Copy</button><span class="grow"></span><button type="button" class="btn" onClick=${close}>Done</button></footer>
  </aside>`;
}

/** @param {{act: (() => void) | null, reason: string, children?: unknown}} props */
const Way = ({ act, reason, children }) => html`<button type="button" class="btn" disabled=${!act} title=${act ? undefined : reason} onClick=${act ?? undefined}>${children}</button>`;

/** A figure that becomes a chart grows, and shrinks on the way back; all else keeps its size. @param {Tile} tile @param {Shape} next */
function sizeFor(tile, next) {
  if ((tile.shape === "figure") === (next === "figure")) return {};
  const [width, height] = SHAPES[next].size;
  return { width, height };
}

/** @param {number} rows */
const plural = (rows) => `${rows} ${rows === 1 ? "row" : "rows"}`;

/** @param {{chosen: Shape, choose: (shape: Shape) => void}} props */
function Shapes({ chosen, choose }) {
  const names = /** @type {Shape[]} */ (Object.keys(SHAPES));
  /** @param {KeyboardEvent} event */
  const keys = (event) => {
    const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = names[(names.indexOf(chosen) + step + names.length) % names.length] ?? chosen;
    choose(next);
    const button = /** @type {HTMLElement} */ (event.currentTarget).querySelector(`[data-shape="${next}"]`);
    if (button instanceof HTMLElement) button.focus();
  };
  return html`<div class="shapes" role="radiogroup" aria-label="Shape" onKeyDown=${keys}>
    ${names.map((name) => html`<button type="button" key=${name} role="radio" data-shape=${name} aria-checked=${name === chosen ? "true" : "false"} tabindex=${name === chosen ? 0 : -1} onClick=${() => choose(name)}>
      <${Icon} name=${`tile-${name}`} size=${20} />${SHAPES[name].label}</button>`)}</div>`;
}

/** @param {{label: string, value: string, values: string[][], choose: (value: string) => void}} props */
const Choice = ({ label, value, values, choose }) => html`<label class="line"><span>${label}</span>
  <span class="pick"><select value=${value} onChange=${(/** @type {any} */ event) => choose(event.target.value)}>${values.map(([name, words]) => html`<option key=${name} value=${name} selected=${name === value}>${words}</option>`)}</select><${Icon} name="chev" size=${14} /></span></label>`;

/** @param {{filters: Record<string, string[]>, choose: (filters: Record<string, string[]>) => void}} props */
function FilterField({ filters, choose }) {
  const [typed, setTyped] = useState(() => filterList(filters).map(spelled).join(" "));
  const [fault, setFault] = useState("");
  /** @param {string} text */
  const write = (text) => {
    setTyped(text);
    const { filters: found, fault: wrong } = understood(text);
    setFault(wrong);
    if (!wrong) choose(filterParams(found));
  };
  return html`<label class="line"><span>Filter</span><input class=${`field${fault ? " wrong" : ""}`} value=${typed} placeholder="model:gpt-4o  status:error" spellcheck=${false} autocomplete="off" autocapitalize="off"
    aria-invalid=${fault ? "true" : undefined} onInput=${(/** @type {any} */ event) => write(event.target.value)} />${fault && html`<span class="bad small" role="alert">${fault}</span>`}</label>`;
}
