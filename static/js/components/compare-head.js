/** Above two traces: which they are, and in a sentence what differs; its words lead to the place. */

import { moreOrLess } from "../change-words.js";
import { count, duration, exact, plural } from "../format.js";
import { html } from "../html.js";
import { toTrace, toTraces } from "../links.js";
import { dollars } from "../money.js";
import { clock, dayName, everyWay } from "../time.js";
import { Glyph, Icon } from "./icon.js";
import { Back } from "./trace-head.js";

/** @typedef {import("../comparison.js").Comparison} Comparison */

/**
 * @param {{comparison: Comparison, choose: (place: number) => void, swap: () => void, step: (by: number) => void, isShort: boolean, setShort: (isShort: boolean) => void, unread: number}} props
 * `unread`: pairs whose texts are compared only when they are chosen
 */
export function CompareHead({ comparison, choose, swap, step, isShort, setShort, unread }) {
  const { left, right } = comparison;
  return html`<header class="bar"><${Back} /><h1>Compare</h1><span class="grow"></span>
      <button type="button" class="btn quiet" aria-pressed=${isShort ? "true" : "false"} title="Only what differs (f)" onClick=${() => setShort(!isShort)}>Differences</button>
      <button type="button" class="btn quiet icon" aria-label="Difference before" title="Difference before (N)" onClick=${() => step(-1)}><${Icon} name="up" /></button>
      <button type="button" class="btn quiet icon" aria-label="Next difference" title="Next difference (n)" onClick=${() => step(1)}><${Icon} name="chev" /></button>
      <button type="button" class="btn quiet wide" title="Swap the two (x)" onClick=${swap}><${Icon} name="compare" /><span>Swap</span></button>
      <a class="btn quiet wide" href=${toTraces({ compare: left.facts.trace_id, name: left.facts.name })}>Choose another</a></header>
    <div class="both"><${Which} letter="A" trace=${left} /><${Which} letter="B" trace=${right} /></div>
    <p class="sentence"><${Sentence} comparison=${comparison} choose=${choose} />${unread > 0 && html` <span class="dim small">What went in and out of the last ${exact(unread)} steps is compared when they are chosen.</span>`}
      ${(left.isCut || right.isCut) && html` <span class="warn small">Only the first ${exact(Math.max(left.size, right.size))} events of each are compared.</span>`}</p>`;
}

/** @param {{letter: string, trace: import("../trace.js").Trace}} props */
function Which({ letter, trace }) {
  const { facts } = trace;
  return html`<div class="which"><span class="letter">${letter}</span><a class="plain cut" href=${toTrace(facts.trace_id)}><b>${facts.name ?? facts.trace_id}</b></a>
    ${facts.status === "error" && html`<span class="badge error"><${Glyph} type="error" failed />failed</span>`}
    <span class="facts"><span class="dim" title=${everyWay(facts.start)}><span class="wide">${dayName(facts.start)} </span>${clock(facts.start)}</span><span><b>${duration(facts.duration_ms)}</b></span>
      <span><b>${dollars(facts.cost_usd)}</b></span>${facts.total_tokens > 0 && html`<span class="wide"><b>${count(facts.total_tokens)}</b> tokens</span>`}${facts.release && html`<span class="dim wide">${facts.release}</span>`}</span></div>`;
}

/** @param {{comparison: Comparison, choose: (place: number) => void}} props */
function Sentence({ comparison, choose }) {
  const [one, other] = [comparison.left.facts, comparison.right.facts];
  const cost = one.cost_usd === null || other.cost_usd === null ? 0 : other.cost_usd - one.cost_usd;
  const figures = [
    moreOrLess(Math.round(other.duration_ms - one.duration_ms), duration, "longer", "less time"),
    moreOrLess(other.total_tokens - one.total_tokens, count, "more tokens", "fewer tokens"),
    moreOrLess(Math.abs(cost) < 1e-9 ? 0 : cost, dollars, "dearer", "cheaper"),
  ].filter(Boolean);
  const alone = comparison.alone();
  /** @param {number} size @param {number} place @param {string} letter */
  const only = (size, place, letter) => size > 0 && html` <button type="button" class="link" onClick=${() => choose(place)}>${plural(size, "step")} only in ${letter}</button>.`;
  const outcome = one.status === other.status ? "" : other.status === "error" ? "B failed, A did not. " : "A failed, B did not. ";
  return html`<b>${outcome}${figures.length ? `B: ${figures.join(", ")}.` : "The same time, tokens and cost."}</b>
    ${only(alone.left, alone.firstLeft, "A")}${only(alone.right, alone.firstRight, "B")}${!alone.left && !alone.right && " The same steps in the same order."}`;
}
