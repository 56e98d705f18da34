/** One span: guides, glyph, name and marks at the left, its bar in time, what it took. */

import { count, duration } from "../format.js";
import { html } from "../html.js";
import { dollars } from "../money.js";
import { ATTACHED, CYCLE, DUPLICATE, ORPHAN, PROMOTED, ROLLUP } from "../trace.js";
import { GLYPHS, Glyph } from "./icon.js";

const MOST_GUIDES = 14;
const MARKS = /** @type {const} */ ([
  [ORPHAN, "orphan", "Its parent never arrived"], [CYCLE, "cycle", "It is said to be its own ancestor"],
  [PROMOTED, "roll-up, counts", "A sum that counts, because the calls below it were not reported"], [DUPLICATE, "counted elsewhere", "The same call was reported twice; the other one counts"],
]);

/**
 * @param {{view: import("../trace-view.js").TraceView, row: number, top: number, isHere: boolean, isFound: boolean, choose: (row: number) => void}} props
 */
export function SpanRow({ view, row, top, isHere, isFound, choose }) {
  const { trace } = view;
  const type = trace.typeOf(row);
  const failed = trace.failed[row] === 1;
  const isParent = trace.hasChildren(row);
  const isFolded = view.folded[row] === 1;
  const look = `sr-row t-${GLYPHS[type] ?? "custom"}${isHere ? " on" : ""}${failed ? " err" : ""}${isFound ? " found" : ""}${trace.is(row, ATTACHED) ? " beside" : ""}${view.path[row] ? " cp" : ""}`;
  /** @param {Event} click */
  const toggle = (click) => {
    click.stopPropagation();
    view.fold(row, !isFolded);
  };
  const cost = trace.cost[row] ?? NaN;
  return html`<div class=${look} id=${`span-${row}`} role="treeitem" aria-level=${(trace.depth[row] ?? 0) + 1} aria-selected=${isHere ? "true" : "false"}
    aria-expanded=${isParent ? (isFolded ? "false" : "true") : undefined} tabindex=${isHere ? 0 : -1} data-row=${row} style=${{ transform: `translateY(${top}px)` }} onClick=${() => choose(row)}>
    <div class="nm"><${Guides} depth=${trace.depth[row] ?? 0} />
      ${isParent ? html`<span class=${`tw branch${isFolded ? " shut" : ""}`} onClick=${toggle}></span>` : html`<span class="tw"></span>`}
      <${Glyph} type=${type} failed=${failed} /><span class="cut"><span class="n1">${trace.nameOf(row) || type}</span><${Note} trace=${trace} row=${row} failed=${failed} /></span>
      <${Marks} trace=${trace} row=${row} isFolded=${isFolded} /></div>
    <div class="tl" title=${whenOf(trace, row)}><${Bar} view=${view} row=${row} /></div>
    <div class="num du">${duration(/** @type {number} */ (trace.length[row]) / 1000)}</div>
    <div class="num tk2">${trace.tokens[row] ? count(trace.tokens[row]) : ""}</div>
    <div class="num co2">${Number.isNaN(cost) ? (trace.figure(row, "is_unpriced") ? "–" : "") : dollars(cost)}</div></div>`;
}

/** @param {import("../trace.js").Trace} trace @param {number} row */
function whenOf(trace, row) {
  const start = (trace.start[row] ?? 0) / 1000;
  const length = /** @type {number} */ (trace.length[row]) / 1000;
  const since = start ? `${duration(start)} after the start` : "at the start";
  return Number.isNaN(length) ? since : `${since}, for ${duration(length)}`;
}

/** @param {{depth: number}} props */
const Guides = ({ depth }) => html`${Array.from({ length: Math.min(depth, MOST_GUIDES) }, () => html`<i class="gd"></i>`)}${depth > MOST_GUIDES && html`<span class="deep">${depth}</span>`}`;

/** @param {{trace: import("../trace.js").Trace, row: number, failed: boolean}} props */
function Note({ trace, row, failed }) {
  const message = failed ? trace.messageOf(row) : "";
  if (message) return html`<span class="note bad">${message}</span>`;
  const model = trace.modelOf(row);
  return model ? html`<span class="note">${model}</span>` : null;
}

/** @param {{trace: import("../trace.js").Trace, row: number, isFolded: boolean}} props */
function Marks({ trace, row, isFolded }) {
  const marks = MARKS.filter(([mark]) => trace.is(row, mark)).map(([, word, why]) => html`<span class="mark" key=${word} title=${why}>${word}</span>`);
  if (trace.is(row, ROLLUP) && !trace.is(row, PROMOTED)) marks.push(html`<span class="mark calm" title="A sum of calls below it, which count themselves">roll-up</span>`);
  if (isFolded) {
    const failures = trace.failedBelow[row];
    marks.push(html`<span class="held">${count(/** @type {number} */ (trace.after[row]) - row - 1)}</span>`);
    if (failures) marks.push(html`<span class="mark bad">${count(failures)} failed</span>`);
  }
  return marks.length ? html`<span class="marks">${marks}</span>` : null;
}

/** @param {{view: import("../trace-view.js").TraceView, row: number}} props */
function Bar({ view, row }) {
  const { trace } = view;
  const { from, to } = view.stretch.value;
  const start = trace.start[row] ?? 0;
  const length = trace.length[row] ?? NaN;
  const share = (/** @type {number} */ us) => ((us - from) / (to - from)) * 100;
  if (Number.isNaN(length)) return share(start) >= 0 && share(start) <= 100 ? html`<i class="dot" style=${{ left: `${share(start)}%` }}></i>` : null;
  const left = Math.max(0, share(start));
  const right = Math.min(100, share(start + length));
  if (right < 0 || left > 100) return html`<i class=${`off ${right < 0 ? "before" : "later"}`}></i>`;
  const waited = trace.figure(row, "ttft_ms");
  const first = waited && length ? Math.min(100, ((waited * 1000) / length) * 100) : 0;
  return html`<i class="bar1" style=${{ left: `${left}%`, width: `${Math.max(0, right - left)}%` }}>${first > 0 && left === share(start) && html`<b style=${{ width: `${(first * length) / (to - from) / Math.max(right - left, 1e-9) * 100}%` }}></b>`}</i>`;
}
