/** The whole of one event under its row: read as what it is, as a JSON tree, or raw; facts and ways on beside it. */

import { useEffect, useLayoutEffect, useRef, useState } from "../../vendor/hooks.js";
import { useAnswer } from "../answers.js";
import { hasFailed } from "../events.js";
import { duration, exact, shortened } from "../format.js";
import { html } from "../html.js";
import { toEvents, toProblem, toSession, toTrace } from "../links.js";
import { dollars } from "../money.js";
import { project } from "../state.js";
import { everyWay } from "../time.js";
import { CopyMenu } from "./copy-menu.js";
import { CostWhy } from "./cost-why.js";
import { EventContent } from "./event-content.js";
import { JsonTree } from "./json-tree.js";
import { Failed, Skeleton } from "./states.js";

const TABS = /** @type {const} */ (["Content", "JSON", "Raw"]);

/** @param {{event: import("../events.js").Event, top: number, measured: (height: number) => void, close: () => void}} props */
export function EventDetail({ event, top, measured, close }) {
  const whole = useAnswer(`/events/${encodeURIComponent(event.eventId)}`, { project_id: project.value?.id });
  const [tab, setTab] = useState(/** @type {typeof TABS[number]} */ ("Content"));
  const box = useRef(/** @type {HTMLDivElement | null} */ (null));
  useLayoutEffect(() => {
    const { current } = box;
    if (!current) return undefined;
    const look = () => measured(current.offsetHeight);
    look();
    const sizes = new ResizeObserver(look);
    sizes.observe(current);
    return () => sizes.disconnect();
  }, []);
  useEffect(() => {
    const row = box.current?.parentElement?.querySelector(".er.open");
    row?.scrollIntoView({ block: "nearest" });
  }, []);
  /** @type {import("../events.js").Event | undefined} */
  const told = whole.value;
  const trace = event.context["trace_id"];
  return html`<div class="ex" ref=${box} role="row" style=${{ top: `${top}px` }}><div role="gridcell">
    <div class="xbar">
      <div class="tabs" role="tablist">${TABS.map((name) => html`<button type="button" role="tab" key=${name} aria-selected=${name === tab ? "true" : "false"} onClick=${() => setTab(name)}>${name}</button>`)}</div>
      <span class="grow"></span>
      <${CopyMenu} event=${told ?? event} />
      ${trace && html`<a class="btn tiny" href=${toTrace(trace, event.eventId)}>Open trace</a>`}
      <button type="button" class="btn tiny quiet" onClick=${close}>Close</button>
    </div>
    ${whole.fault ? html`<${Failed} fault=${whole.fault} again=${whole.again} />`
      : !told ? html`<${Skeleton} lines=${4} />`
      : html`<div class="xcols"><div class="xmain">${tab === "Content" ? html`<${EventContent} event=${told} />` : tab === "JSON" ? html`<${JsonTree} value=${told} />`
        : html`<pre class="json box raw">${JSON.stringify(told, null, 2)}</pre>`}</div><${Facts} event=${told} /></div>`}
  </div></div>`;
}

/** @param {{event: import("../events.js").Event}} props */
function Facts({ event }) {
  const { context, body } = event;
  const usage = body["usage"] ?? {};
  const cost = body["cost"];
  const stored = Date.parse(event.processed_at) - Date.parse(event.at);
  /** @type {[string, unknown][]} */
  const facts = [
    ["Trace", context["trace_id"] && html`<a href=${toTrace(context["trace_id"], event.eventId)} title=${context["trace_id"]}>${shortened(context["trace_id"])}</a>`],
    ["Session", context["session_id"] && html`<a href=${toSession(context["session_id"])} title=${context["session_id"]}>${shortened(context["session_id"])}</a>`],
    ["User", context["user_id"] && html`<a href=${toEvents({ user_id: context["user_id"] })}>${context["user_id"]}</a>`],
    ["Model", body["model"]?.request && html`<a href=${toEvents({ model: body["model"].request })}>${body["model"].request}</a>`],
    ["Problem", hasFailed(event) && body["error"]?.group && html`<a href=${toProblem(body["error"].group)}>the same failure</a>`],
    ["Tokens", usage.total_tokens !== undefined && `${exact(usage.input_tokens ?? 0)} → ${exact(usage.output_tokens ?? 0)}`],
    ["Cached", usage.cache_read_tokens ? exact(usage.cache_read_tokens) : ""],
    ["Cost", cost && (cost.source === "unknown_model" ? "price not known" : html`<span title=${cost.price_version}>${dollars(cost.total)}</span>`)],
    ["First token", body["model"]?.ttft_ms !== undefined && duration(body["model"].ttft_ms)],
    ["Duration", duration(body["duration_ms"])],
    ["Service", context["service_name"]],
    ["Env", context["environment"] && html`<a href=${toEvents({ environment: context["environment"] })}>${context["environment"]}</a>`],
    ["Release", context["release"] && html`<a href=${toEvents({ release: context["release"] })}>${context["release"]}</a>`],
    ["Tags", context["tags"]?.length && context["tags"].join(", ")],
    ["Sent by", event.sdk?.["name"] && `${event.sdk["name"]} ${event.sdk["version"] ?? ""}`],
    ["Stored", Number.isFinite(stored) && stored >= 0 && html`<span title=${everyWay(event.processed_at)}>${duration(stored)} after</span>`],
    ["Id", html`<span title=${event.eventId}>${shortened(event.eventId)}</span>`],
  ];
  return html`<div><dl class="xfacts">${facts.filter(([, value]) => value).map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd class="cut">${value}</dd></div>`)}</dl>
    ${(usage.total_tokens !== undefined || cost) && html`<${CostWhy} id=${event.eventId} />`}</div>`;
}
