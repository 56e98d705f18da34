/** What was called and what came back, side by side; a value that stands in both the call and its error is marked in both. */

import { asValue } from "../events.js";
import { duration } from "../format.js";
import { html } from "../html.js";
import { isBranch, linesOf } from "../json-diff.js";
import { echoOf } from "../value-echo.js";
import { Glyph, Icon } from "./icon.js";
import { JsonLines, Marked } from "./json-lines.js";
import { Skeleton } from "./states.js";

/** @typedef {import("../steps.js").Steps} Steps */
/** @typedef {import("../step-lines.js").StepLines} StepLines */
/** @typedef {import("../value-echo.js").Echo} Echo */

const LONG = 6000;

/** @param {{steps: Steps, lines: StepLines, index: number, body: Record<string, any> | null | undefined, here: number, toStep: (index: number) => string}} props  `here`: the step looked at */
export function StepCall({ steps, lines, index, body, here, toStep }) {
  const failed = steps.hasFailed(index);
  const { row, start, end } = steps.at(index);
  const name = steps.toolOf(index);
  const repeat = lines.repeats.get(index);
  const same = repeat && repeat.nth > 1 ? repeat.all[repeat.nth - 2] : undefined;
  const [given, back] = [asValue(body?.["tool"]?.arguments), asValue(body?.["tool"]?.result)];
  const error = body?.["error"];
  const message = typeof error?.message === "string" ? error.message : failed ? steps.trace.messageOf(row) : "";
  const echo = failed ? echoOf(given, back, message) : echoOf(undefined, undefined, "");
  const step = index === here ? null : html`<a class="far" href=${toStep(index)}>step ${index + 1}</a>`;
  return html`<section class="both">
    <div><header class="h"><h3>${index === here ? "Called with" : "What it called"}</h3>${same !== undefined && html`<a class="badge warn" href=${toStep(same)}><${Icon} name="repeat" size=${12} />same as step ${same + 1}</a>`}</header>
      <div class="call"><header><${Glyph} type="tool_call" /><b class="cut">${name}</b>${step}</header>
        ${body === undefined ? html`<${Skeleton} lines=${3} />` : given === undefined ? html`<p class="none dim">No arguments were recorded.</p>` : html`<${Given} value=${given} paths=${echo.given} words=${[]} />`}</div></div>
    <div><header class="h"><h3>What came back</h3><span class="num dim">${end > start ? duration((end - start) / 1000) : ""}</span></header>
      <div class=${`call${failed ? " failed" : ""}`}><header><${Glyph} type="tool_call" failed=${failed} />${failed ? html`<b class="bad">${error?.code ?? error?.type ?? "failed"}</b><span class="cut">${error?.code !== undefined ? error?.type : ""}</span>` : html`<b>Result</b>`}</header>
        ${body === undefined ? html`<${Skeleton} lines=${3} />` : html`${failed && message && html`<p class="why"><${Marked} text=${message} words=${echo.words} /></p>`}
          ${back !== undefined ? html`<${Given} value=${back} paths=${echo.back} words=${echo.words} />` : !failed && html`<p class="none dim">No result was recorded.</p>`}`}</div></div>
  </section>`;
}

/** @param {{value: unknown, paths: ReadonlySet<string>, words: string[]}} props */
const Given = ({ value, paths, words }) =>
  isBranch(value) ? html`<${JsonLines} lines=${linesOf(value)} marked=${paths} isPlain />` : html`<pre class="json said"><${Marked} text=${String(value).slice(0, LONG)} words=${words} /></pre>`;
