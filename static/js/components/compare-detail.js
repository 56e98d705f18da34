/** One step in both traces: its figures, and what went in and came out line beside line. */

import { useEffect, useState } from "../../vendor/hooks.js";
import { beside } from "../event-texts.js";
import { count, duration, exact, tokens } from "../format.js";
import { html } from "../html.js";
import { toTrace } from "../links.js";
import { dollars } from "../money.js";
import { edges, isChanged, textDiff } from "../text-diff.js";
import { EventContent } from "./event-content.js";
import { Glyph, Icon } from "./icon.js";
import { Failed, Skeleton } from "./states.js";

/** @typedef {import("../comparison.js").Comparison} Comparison */
/** @typedef {import("../comparison.js").Pair} Pair */
/** @typedef {{mine: import("../step-bodies.js").StepBodies, theirs: import("../step-bodies.js").StepBodies}} Bodies */

/** @param {{comparison: Comparison, pair: Pair, bodies: Bodies}} props */
export function CompareDetail({ comparison, pair, bodies }) {
  const { left, right } = comparison;
  const ids = [pair.left < 0 ? "" : left.idOf(pair.left), pair.right < 0 ? "" : right.idOf(pair.right)];
  const [one = "", other = ""] = ids;
  useEffect(() => {
    if (one) bodies.mine.need([one]);
    if (other) bodies.theirs.need([other]);
  }, [one, other, bodies.mine]);
  bodies.mine.version.value;
  bodies.theirs.version.value;
  const fault = bodies.mine.fault.value ?? bodies.theirs.fault.value;
  const [mine, theirs] = [one ? bodies.mine.get(one) : null, other ? bodies.theirs.get(other) : null];
  const again = () => {
    bodies.mine.again();
    bodies.theirs.again();
  };
  return html`<section class="beside scroll" aria-label="The step in both" tabindex="-1"><header class="two"><${Facts} letter="A" trace=${left} row=${pair.left} /><${Facts} letter="B" trace=${right} row=${pair.right} /></header>
    ${fault ? html`<${Failed} fault=${fault} again=${again} />`
      : mine === undefined || theirs === undefined ? html`<${Skeleton} lines=${5} />`
      : mine && theirs ? html`<${Texts} key=${`${one} ${other}`} mine=${mine} theirs=${theirs} />`
      : html`<div class=${mine ? "half" : "half right"}>${(mine ?? theirs) && html`<${EventContent} event=${mine ?? theirs} />`}</div>`}</section>`;
}

/** @param {{letter: string, trace: import("../trace.js").Trace, row: number}} props */
function Facts({ letter, trace, row }) {
  if (row < 0) return html`<div class="one"><span class="letter">${letter}</span><span class="dim">Nothing like it here.</span></div>`;
  const type = trace.typeOf(row);
  const input = trace.figure(row, "input_tokens");
  const cost = trace.figure(row, "cost_usd");
  return html`<div class="one"><span class="letter">${letter}</span><${Glyph} type=${type} failed=${trace.failed[row] === 1} /><b class="cut">${trace.nameOf(row) || type}</b><span class="soft cut">${trace.modelOf(row)}</span>
    <span class="facts"><span>${duration((trace.length[row] ?? NaN) / 1000)}</span>${typeof input === "number" && html`<span class="wide">${tokens(input, trace.figure(row, "output_tokens"))}</span>`}${typeof cost === "number" && html`<span class="wide">${dollars(cost)}</span>`}</span>
    <a class="small wide" href=${toTrace(trace.facts.trace_id, trace.idOf(row))}>In its trace</a></div>`;
}

/** @param {{mine: import("../events.js").Event, theirs: import("../events.js").Event}} props */
function Texts({ mine, theirs }) {
  const texts = beside(mine, theirs);
  if (!texts.length) return html`<p class="soft">Neither holds texts: only when it ran and for how long.</p>`;
  return texts.map(({ title, left, right }) => html`<${Text} key=${title} title=${title} left=${left} right=${right} />`);
}

/** @param {{title: string, left: string, right: string}} props */
function Text({ title, left, right }) {
  const isSame = left === right;
  const [isOpen, setOpen] = useState(!isSame);
  const head = html`<h3><button type="button" class="fold1" aria-expanded=${isOpen ? "true" : "false"} onClick=${() => setOpen(!isOpen)}><${Icon} name=${isOpen ? "chev" : "right"} size=${12} />${title}${isSame && html`<span class="dim"> the same, ${exact(left.length)} characters</span>`}</button></h3>`;
  if (!isOpen) return html`<section class="text">${head}</section>`;
  if (isSame) return html`<section class="text">${head}<pre class="box said">${left}</pre></section>`;
  const { lines, leftOut } = textDiff(left, right);
  return html`<section class="text">${head}<div class="diff box">${lines.map((line, at) => html`<${Line} key=${at} line=${line} />`)}</div>
    ${leftOut > 0 && html`<p class="dim small">${count(leftOut)} more lines are not compared.</p>`}</section>`;
}

/** @param {{line: import("../text-diff.js").Line}} props */
function Line({ line }) {
  const { left, right, isSame, hidden } = line;
  if (hidden) return html`<div class="fold2 dim">${count(hidden)} ${hidden === 1 ? "line" : "lines"} the same</div>`;
  if (isSame) return html`<div class="ln">${left || " "}</div><div class="ln again">${right || " "}</div>`;
  const both = left !== null && right !== null && isChanged(left, right);
  const [before, after] = both ? edges(left, right) : [0, 0];
  /** @param {string} text @param {string} look @param {string} sign */
  const side = (text, look, sign) => html`<div class=${`ln ${look}`}><span class="sr">${look === "del" ? "only A: " : "only B: "}</span><i aria-hidden="true">${sign}</i>${both
    ? html`${text.slice(0, before)}<mark>${text.slice(before, text.length - after)}</mark>${text.slice(text.length - after)}` : text || " "}</div>`;
  return html`${left === null ? html`<div class="ln void"></div>` : side(left, "del", "−")}${right === null ? html`<div class="ln void"></div>` : side(right, "add", "+")}`;
}
