/** All steps in order: past in ink, future in grey, loops in a bracket, repeats counted. A strip on a phone. */

import { useEffect, useRef } from "../../vendor/hooks.js";
import { duration } from "../format.js";
import { html } from "../html.js";
import { revealInMiddle, useWindow } from "../window.js";
import { Glyph, Icon } from "./icon.js";

/** @typedef {import("../step-lines.js").StepLines} StepLines */

const ROW = { comfortable: 30, compact: 24 };
const STRIP = 14; // steps on either side in the strip of a phone
const INDENT = 12;

const height = () => (document.documentElement.dataset["density"] === "compact" ? ROW.compact : ROW.comfortable);

/** @param {{lines: StepLines, here: number, toStep: (index: number) => string, stops: ReadonlySet<number>}} props  `stops`: steps with a breakpoint */
export function StepRail({ lines, here, toStep, stops }) {
  const body = useRef(/** @type {HTMLElement | null} */ (null));
  const row = height();
  const [first, last] = useWindow(body, lines.steps.size, row);
  useEffect(() => revealInMiddle(body.current, here, row), [here, row]);
  return html`<nav class="rail wide" aria-label="Steps" ref=${body}><ol style=${{ height: `${lines.steps.size * row}px` }}>
    ${Array.from({ length: Math.max(0, last - first) }, (_, at) => html`<${One} key=${first + at} lines=${lines} index=${first + at} here=${here} top=${(first + at) * row} toStep=${toStep} stops=${stops.has(first + at)} />`)}</ol></nav>`;
}

/** @param {{lines: StepLines, index: number, here: number, top: number, toStep: (index: number) => string, stops: boolean}} props */
function One({ lines, index, here, top, toStep, stops }) {
  const { steps } = lines;
  const { start, end, depth } = steps.at(index);
  const failed = steps.hasFailed(index);
  const loop = lines.loopAt(index);
  const repeat = lines.repeats.get(index);
  const look = `${index > here ? "future" : ""}${loop ? " loop" : ""}${loop?.from === index ? " first" : ""}${loop?.to === index ? " last" : ""}`;
  return html`<li class=${look} style=${{ transform: `translateY(${top}px)` }}><a class="plain" href=${toStep(index)} aria-current=${index === here ? "step" : undefined}>
    <span class="no num">${index + 1}</span>${depth > 0 && html`<span style=${{ width: `${Math.min(depth, 4) * INDENT}px` }}></span>`}<${Glyph} type=${steps.typeOf(index)} failed=${failed} />
    <span class="cut grow"><b class=${failed ? "bad" : ""}>${lines.nameOf(index)}</b><span class=${`note${failed ? " bad" : ""}`}>${lines.noteOf(index)}</span></span>
    ${repeat && repeat.nth > 1 && html`<span class="again" title="Same tool, same arguments"><${Icon} name="repeat" size=${12} /><span class="sr">repeated: </span>${nth(repeat.nth)}</span>`}
    ${stops && html`<span class="stop" title="A breakpoint holds here"><${Icon} name="break" size=${10} /></span>`}
    <span class="num du">${end > start ? duration((end - start) / 1000) : ""}</span></a></li>`;
}

/** @param {number} number */
function nth(number) {
  const tens = number % 100;
  const ending = tens > 10 && tens < 14 ? "th" : ({ 1: "st", 2: "nd", 3: "rd" }[number % 10] ?? "th");
  return `${number}${ending}`;
}

/** The steps around this one, side by side. @param {{lines: StepLines, here: number, toStep: (index: number) => string}} props */
export function StepStrip({ lines, here, toStep }) {
  const body = useRef(/** @type {HTMLElement | null} */ (null));
  const { steps } = lines;
  const first = Math.max(0, here - STRIP);
  const last = Math.min(steps.size, here + STRIP + 1);
  useEffect(() => {
    const current = /** @type {HTMLElement | null | undefined} */ (body.current?.querySelector("[aria-current]"));
    if (body.current && current) body.current.scrollLeft = current.offsetLeft - (body.current.clientWidth - current.offsetWidth) / 2;
  }, [here, lines]);
  return html`<nav class="strip phone" aria-label="Steps" ref=${body}><ol>${Array.from({ length: last - first }, (_, at) => {
    const index = first + at;
    const failed = steps.hasFailed(index);
    return html`<li key=${index}><a class="plain" href=${toStep(index)} aria-current=${index === here ? "step" : undefined}><${Glyph} type=${steps.typeOf(index)} failed=${failed} /><b class=${failed ? "bad" : ""}>${lines.nameOf(index)}</b>
      ${(lines.repeats.get(index)?.nth ?? 1) > 1 && html`<span class="again"><${Icon} name="repeat" size=${12} /><span class="sr">repeated</span></span>`}</a></li>`;
  })}</ol></nav>`;
}
