/** What stands above every way to look at one trace: the way back, its name and figures, and the tabs. */

import { useState } from "../../vendor/hooks.js";
import { count, duration, exact, plural } from "../format.js";
import { html } from "../html.js";
import { toSession, toSteps, toTrace, toTraces } from "../links.js";
import { dollars } from "../money.js";
import { project } from "../state.js";
import { clock, dayName, everyWay } from "../time.js";
import { Glyph, Icon } from "./icon.js";

export const Back = () => html`<a class="soft wide crumb" href=${toTraces()}>Traces</a><span class="dim wide"><${Icon} name="right" size=${12} /></span><a class="phone btn quiet icon" href=${toTraces()} aria-label="Back to traces"><${Icon} name="left" /></a>`;

/** @param {{trace: import("../trace.js").Trace}} props */
export function TraceTitle({ trace }) {
  const { facts } = trace;
  const [said, setSaid] = useState("");
  const copy = () => void navigator.clipboard.writeText(location.href).then(() => setSaid("Copied"), () => setSaid("Refused")).then(() => setTimeout(() => setSaid(""), 1200));
  const told = html`<span><b>${duration(facts.duration_ms)}</b></span><span><b>${facts.cost_usd === null ? "–" : dollars(facts.cost_usd)}</b></span>
    ${facts.total_tokens > 0 && html`<span title=${`${exact(facts.input_tokens)} in, ${exact(facts.output_tokens)} out`}><b>${count(facts.input_tokens)}</b> in · <b>${count(facts.output_tokens)}</b> out</span>`}`;
  return html`<header class="bar"><${Back} /><h1 class="cut" title=${facts.trace_id}>${facts.name ?? facts.trace_id}</h1>
      ${facts.status === "error" && html`<span class="badge error"><${Glyph} type="error" failed />failed</span>`}
      <span class="facts wide">${told}<span>${plural(facts.events, "event")}</span><span class="dim" title=${everyWay(facts.start)}>${dayName(facts.start)} ${clock(facts.start)}</span>
        ${facts.session_id && html`<a href=${toSession(facts.session_id, facts.trace_id)}>its session</a>`}${facts.user_id && html`<span class="dim cut">${facts.user_id}</span>`}</span>
      <span class="grow"></span>
      <a class="btn quiet wide" href=${toTraces({ compare: facts.trace_id, name: facts.name })} title="With another run of the same"><${Icon} name="compare" /><span>Compare</span></a>
      <a class="btn quiet icon phone" href=${toTraces({ compare: facts.trace_id, name: facts.name })} aria-label="Compare with another run"><${Icon} name="compare" /></a>
      <button type="button" class="btn quiet wide" title="Copy link (l)" onClick=${copy}><${Icon} name="link" /><span role="status">${said || "Link"}</span></button>
      <a class="btn quiet wide" href=${`/api/v1/traces/${encodeURIComponent(facts.trace_id)}/export?project_id=${encodeURIComponent(project.value?.id ?? "")}`} download title="As OTLP in JSON"><${Icon} name="down" /><span>Export</span></a></header>
    <div class="facts phone under">${told}</div>`;
}

/** @param {{trace: import("../trace.js").Trace, here: "waterfall" | "graph" | "transcript" | "steps", event?: string, steps?: number}} props  `event`: what is chosen, and stays so */
export function TraceTabs({ trace, here, event, steps }) {
  const id = trace.facts.trace_id;
  /** @param {string} name @param {string} href @param {unknown} label */
  const tab = (name, href, label) => html`<a role="tab" href=${href} aria-selected=${name === here ? "true" : "false"}>${label}</a>`;
  return html`<div class="tabs" role="tablist" aria-label="Ways to look at it">
    ${tab("waterfall", toTrace(id, event), html`Waterfall <span class="n">${count(trace.size)}</span>`)}
    ${tab("graph", toTrace(id, event, "graph"), "Graph")}
    ${tab("transcript", toTrace(id, event, "transcript"), "Transcript")}
    ${tab("steps", toSteps(id, event), steps ? html`Steps <span class="n">${count(steps)}</span>` : "Steps")}
  </div>`;
}
