/** The aligned steps: one trace at the left, the other at the right, what differs between them; only the rows in sight are in the document. */

import { useLayoutEffect, useRef } from "../../vendor/hooks.js";
import { costChange, countChange, timeChange } from "../change-words.js";
import { duration } from "../format.js";
import { html } from "../html.js";
import { reveal, useWindow } from "../window.js";
import { GLYPHS, Glyph } from "./icon.js";

/** @typedef {import("../comparison.js").Comparison} Comparison */

const NARROW = matchMedia("(max-width: 1179px)");
const MOST_GUIDES = 8;
const TELLING_COST = 0.00005; // dollars

/** @param {{comparison: Comparison, shown: number[], differences: string[][], here: number, isChosen: boolean, choose: (place: number) => void}} props  `isChosen`: by somebody */
export function CompareRows({ comparison, shown, differences, here, isChosen, choose }) {
  const body = useRef(/** @type {HTMLDivElement | null} */ (null));
  const height = NARROW.matches ? 64 : 36;
  const [first, last] = useWindow(body, shown.length, height);
  const at = shown.indexOf(here);
  useLayoutEffect(() => {
    reveal(body.current, at, height);
    const row = body.current?.querySelector(`[data-place="${here}"]`);
    if (isChosen && row instanceof HTMLElement && (document.activeElement === document.body || body.current?.contains(document.activeElement))) row.focus({ preventScroll: true });
  }, [here, at, height]);
  return html`<div class="pairs-head" aria-hidden="true"><span>A</span><span class="num">Time</span><span class="num">Tokens</span><span class="num">Cost</span><span>Differs</span><span>B</span></div>
    <div class="scroll rows" ref=${body} role="listbox" aria-label="Steps of both traces" tabindex="-1">
      <div class="all" role="presentation" style=${{ height: `${shown.length * height}px` }}>
        ${shown.slice(first, last).map((place, index) => html`<${Row} key=${place} comparison=${comparison} place=${place} top=${(first + index) * height} words=${differences[place] ?? []} isHere=${place === here} choose=${choose} />`)}
      </div>${shown.length ? null : html`<p class="pad soft">No step differs.</p>`}</div>`;
}

/** @param {{comparison: Comparison, place: number, top: number, words: string[], isHere: boolean, choose: (place: number) => void}} props */
function Row({ comparison, place, top, words, isHere, choose }) {
  const pair = comparison.pairs[place];
  if (!pair) return null;
  const isAlone = pair.left < 0 || pair.right < 0;
  const { us, tokens, cost } = comparison.change(pair);
  const [isSlower, isLarger] = [us > 0 && words.includes("time"), tokens > 0];
  return html`<div class=${`pr${isHere ? " on" : ""}${isAlone ? " alone" : ""}`} role="option" aria-selected=${isHere ? "true" : "false"} data-place=${place} tabindex=${isHere ? 0 : -1} style=${{ transform: `translateY(${top}px)` }} onClick=${() => choose(place)}>
    <${Side} letter="A" trace=${comparison.left} row=${pair.left} depth=${pair.depth} end=${comparison.end} />
    <span class=${`num dt1${isSlower ? " warn" : " soft"}`}>${words.includes("time") ? timeChange(us) : ""}</span>
    <span class=${`num dt2${isLarger ? " warn" : " soft"}`}>${tokens ? countChange(tokens) : ""}</span>
    <span class=${`num dt3${cost > TELLING_COST ? " warn" : " soft"}`}>${Math.abs(cost) > TELLING_COST ? costChange(cost) : ""}</span>
    <span class="words" title=${words.join(", ")}>${words.filter((word) => word !== "time" && word !== "tokens").map((word) => html`<span key=${word} class=${`badge${word === "fails" ? " error" : ""}`}>${word}</span>`)}</span>
    <${Side} letter="B" trace=${comparison.right} row=${pair.right} depth=${pair.depth} end=${comparison.end} /></div>`;
}

/** @param {{letter: string, trace: import("../trace.js").Trace, row: number, depth: number, end: number}} props */
function Side({ letter, trace, row, depth, end }) {
  if (row < 0) return html`<div class="sd none" aria-label=${`not in ${letter}`}></div>`;
  const type = trace.typeOf(row);
  const failed = trace.failed[row] === 1;
  const length = trace.length[row] ?? NaN;
  return html`<div class=${`sd t-${GLYPHS[type] ?? "custom"}${failed ? " err" : ""}`}>
    <div class="nm">${Array.from({ length: Math.min(depth, MOST_GUIDES) }, () => html`<i class="gd"></i>`)}<${Glyph} type=${type} failed=${failed} /><span class="cut"><b>${trace.nameOf(row) || type}</b>
      <span class="note">${failed ? trace.messageOf(row) : trace.modelOf(row)}</span></span><span class="num small soft">${duration(length / 1000)}</span></div>
    <div class="tl"><i style=${{ left: `${((trace.start[row] ?? 0) / end) * 100}%`, width: `${((length || 0) / end) * 100}%` }}></i></div></div>`;
}
