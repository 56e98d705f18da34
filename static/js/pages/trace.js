/** One trace: its tree and waterfall, or the graph of its steps, with the chosen span beside it; or everything said in it as a transcript. */

import { useEffect, useMemo, useRef, useState } from "../../vendor/hooks.js";
import { useAnswer } from "../answers.js";
import { DetailEdge, useDetailWidth } from "../components/detail-edge.js";
import { Minimap } from "../components/minimap.js";
import { SpanDetail } from "../components/span-detail.js";
import { SpanTree } from "../components/span-tree.js";
import { Failed, Skeleton } from "../components/states.js";
import { Back, TraceTabs, TraceTitle } from "../components/trace-head.js";
import { TraceGraph } from "../components/trace-graph.js";
import { TraceTools } from "../components/trace-tools.js";
import { Transcript } from "../components/transcript.js";
import { exact } from "../format.js";
import { html } from "../html.js";
import { address, amend } from "../router.js";
import { project } from "../state.js";
import { Trace } from "../trace.js";
import { useTraceKeys } from "../trace-keys.js";
import { TraceView } from "../trace-view.js";

const PHONE = matchMedia("(max-width: 767px)");
const VIEWS = /** @type {const} */ (["waterfall", "graph", "transcript"]);
const REST_MS = 120; // browsers refuse to write the address more often than some hundred times a minute

/** @param {{params: {trace: string}}} props */
export default function TracePage({ params }) {
  const { value, fault, isSlow, again } = useAnswer(`/traces/${encodeURIComponent(params.trace)}`, { project_id: project.value?.id });
  const isMine = value?.trace.trace_id === params.trace;
  const view = useMemo(() => (isMine ? new TraceView(new Trace(value)) : null), [value, isMine]);
  if (fault) return html`<div class="page"><header class="bar"><${Back} /><h1 class="cut">Trace</h1></header><div class="pad"><${Failed} fault=${fault} again=${again} /></div></div>`;
  if (!view) return html`<div class="page"><header class="bar"><${Back} /></header><div class="pad">${isSlow && html`<${Skeleton} lines=${16} />`}</div></div>`;
  return html`<${Shown} key=${params.trace} view=${view} />`;
}

/** @param {{view: TraceView}} props */
function Shown({ view }) {
  const { trace } = view;
  const { query } = address.value;
  const shown = VIEWS.find((name) => name === query.get("view")) ?? "waterfall";
  const wanted = query.get("event") ?? "";
  const asked = useMemo(() => (wanted ? trace.rowOf(wanted) : -1), [wanted, trace]);
  const [chosen, setChosen] = useState(-1);
  const here = chosen >= 0 ? chosen : asked >= 0 ? asked : view.first;
  const detail = useDetailWidth();
  const [jumps, setJumps] = useState(1);
  const [isOpen, setOpen] = useState(false);
  const input = useRef(/** @type {HTMLInputElement | null} */ (null));
  const writing = useRef(/** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined));
  /** @param {number} row */
  const choose = (row) => {
    setChosen(row);
    clearTimeout(writing.current);
    writing.current = setTimeout(() => amend({ event: trace.idOf(row) }, { replace: true }), REST_MS);
  };
  useEffect(() => () => clearTimeout(writing.current), []);
  useEffect(() => setChosen(asked), [asked]);
  /** Go to a row from afar: unfolded, in the middle, in sight in time. @param {number} row */
  const jump = (row) => {
    view.uncover(row);
    const { from, to } = view.stretch.peek();
    const start = trace.start[row] ?? 0;
    if (start < from || start > to) view.zoomTo(start - (to - from) / 2, start + (to - from) / 2);
    choose(row);
    setJumps((now) => now + 1);
  };
  /** The next of some rows, around the end. @param {readonly number[]} rows @param {number} by */
  const step = (rows, by) => {
    const next = by > 0 ? rows.find((row) => row > here) ?? rows[0] : rows.findLast((row) => row < here) ?? rows.at(-1);
    if (next !== undefined) jump(next);
  };
  useEffect(() => view.uncover(here), [view, here]);
  useTraceKeys({ view, here, choose, step, input, isOpen, setOpen, shown });
  document.title = `${trace.facts.name ?? "Trace"} · Lynex`;
  return html`<div class="page trace">
    <${TraceTitle} trace=${trace} />
    <${TraceTabs} trace=${trace} here=${shown} event=${wanted} />
    ${trace.isCut && html`<p class="band">The first ${exact(trace.size)} of ${exact(trace.total)} events. The rest is in <a href=${`/events?trace_id=${encodeURIComponent(trace.facts.trace_id)}`}>Events</a>.</p>`}
    ${wanted && asked < 0 && html`<p class="band">The event of this link is not in this trace, or has not arrived.</p>`}
    ${shown === "transcript" ? html`<${Transcript} trace=${trace} />` : html`<div class="cols" style=${PHONE.matches ? undefined : { gridTemplateColumns: detail.columns }}>
      <div class="left">${shown === "graph" ? html`<${TraceGraph} trace=${trace} here=${here} choose=${jump} step=${step} />`
        : html`<${TraceTools} view=${view} here=${here} step=${step} input=${input} /><${Minimap} view=${view} here=${here} />
          <${SpanTree} view=${view} here=${here} jumps=${jumps} choose=${choose} />`}</div>
      <${SpanDetail} view=${view} row=${here} isOpen=${isOpen} toggle=${() => setOpen(!isOpen)} choose=${jump} edge=${html`<${DetailEdge} ...${detail} />`} /></div>`}
  </div>`;
}
