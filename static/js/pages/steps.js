/** One trace step by step: a player over the run, and at each step what the agent knew, decided, called and held in state. */

import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "../../vendor/hooks.js";
import { useAnswer } from "../answers.js";
import { suggestions } from "../breakpoints.js";
import { StepBreakpoints } from "../components/step-breakpoints.js";
import { StepPlayer, StepThumbs } from "../components/step-player.js";
import { StepRail, StepStrip } from "../components/step-rail.js";
import { StepState } from "../components/step-state.js";
import { callsOf, StepStory } from "../components/step-story.js";
import { Empty, Failed, Skeleton } from "../components/states.js";
import { Back, TraceTabs, TraceTitle } from "../components/trace-head.js";
import { exact } from "../format.js";
import { html } from "../html.js";
import { toSteps } from "../links.js";
import { address, go } from "../router.js";
import { project } from "../state.js";
import { StepBodies } from "../step-bodies.js";
import { callBefore, FAR } from "../step-context.js";
import { useStepKeys } from "../step-keys.js";
import { StepLines } from "../step-lines.js";
import { useStepPlay } from "../step-play.js";
import { StepStates } from "../step-states.js";
import { pathsBetween, useStepStops } from "../step-stops.js";
import { Steps } from "../steps.js";
import { Trace } from "../trace.js";

const REST_MS = 120; // browsers refuse to write the address more often than some hundred times a minute
const NEAR = 24; // steps back to which answers are sought in a prompt: they carry prompts of their own
const PASSING_MS = 60; // a key held down passes over steps without asking for each

/** @param {{params: {trace: string, step?: string}}} props */
export default function StepsPage({ params }) {
  const path = `/traces/${encodeURIComponent(params.trace)}`;
  const { value, fault, isSlow, again } = useAnswer(path, { project_id: project.value?.id });
  const told = useAnswer(`${path}/steps`, { project_id: project.value?.id });
  const isMine = value?.trace.trace_id === params.trace;
  const steps = useMemo(() => (isMine ? new Steps(new Trace(value)) : null), [value, isMine]);
  const lines = useMemo(() => steps && new StepLines(steps, told.isOld ? undefined : told.value), [steps, told.isOld, told.value]);
  if (fault) return html`<div class="page trace steps"><header class="bar"><${Back} /><h1 class="cut">Steps</h1></header><div class="pad"><${Failed} fault=${fault} again=${again} /></div></div>`;
  if (!steps || !lines) return html`<div class="page trace steps"><header class="bar"><${Back} /></header><div class="pad">${isSlow && html`<${Skeleton} lines=${16} />`}</div></div>`;
  if (!steps.size) return html`<div class="page trace steps"><${TraceTitle} trace=${steps.trace} /><${TraceTabs} trace=${steps.trace} here="steps" /><div class="pad"><${Empty} title="There is nothing to step through."><p>Steps are model calls, tool calls, retrievals and messages; this trace holds none. The <a href=${`/traces/${encodeURIComponent(params.trace)}`}>waterfall</a> shows what it holds.</p><//></div></div>`;
  return html`<${Shown} key=${params.trace} steps=${steps} lines=${lines} fault=${told.fault} wanted=${params.step} />`;
}

/** The step an address means: its number, else that of its event, else what failed first. @param {Steps} steps @param {string | undefined} wanted */
function stepOf(steps, wanted) {
  const number = Number(wanted);
  if (wanted && Number.isInteger(number)) return Math.min(steps.size, Math.max(1, number)) - 1;
  const event = address.peek().query.get("event");
  const row = event ? steps.trace.rowOf(event) : -1;
  return row >= 0 ? steps.owner[row] ?? 0 : steps.failed[0] ?? 0;
}

/** @param {{steps: Steps, lines: StepLines, fault: Error | null, wanted: string | undefined}} props  `fault`: why there are no lines */
function Shown({ steps, lines, fault, wanted }) {
  const { trace } = steps;
  const [here, setHere] = useState(() => stepOf(steps, wanted));
  const [draft, setDraft] = useState(/** @type {string | null} */ (null));
  const states = useMemo(() => new StepStates(steps), [steps]);
  const bodies = useMemo(() => new StepBodies(trace.facts.trace_id), [trace]);
  const told = useRef(/** @type {HTMLElement | null} */ (null));
  const written = useRef(/** @type {string | undefined} */ (""));
  const moved = useRef(-Infinity);
  const writing = useRef(/** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined));
  /** @param {number} index */
  const toStep = (index) => toSteps(trace.facts.trace_id, undefined, index + 1);
  /** @param {number} index */
  const choose = (index) => {
    const next = Math.min(steps.size - 1, Math.max(0, index));
    setHere(next);
    clearTimeout(writing.current);
    writing.current = setTimeout(() => {
      written.current = String(next + 1);
      go(toStep(next), { replace: true });
    }, REST_MS);
  };
  useEffect(() => () => clearTimeout(writing.current), []);
  useEffect(() => {
    if (wanted === written.current) return; // who wrote it may be a step further by now
    written.current = undefined;
    clearTimeout(writing.current);
    if (wanted) setHere(stepOf(steps, wanted));
    else go(toStep(here), { replace: true });
  }, [wanted]);
  useEffect(() => {
    const isPassing = performance.now() - moved.current < PASSING_MS;
    moved.current = performance.now();
    const timers = [setTimeout(() => needEarlier(steps, here, bodies), PASSING_MS)];
    if (isPassing) timers.unshift(setTimeout(() => needFirst(steps, here, bodies), PASSING_MS));
    else needFirst(steps, here, bodies);
    return () => timers.forEach(clearTimeout);
  }, [steps, here, bodies]);
  useLayoutEffect(() => told.current?.scrollTo(0, 0), [here]);
  const held = useHeld(states, here, bodies);
  const before = useHeld(states, here - 1, bodies);
  const { breakpoints, fault: refused, stops, add, change, remove } = useStepStops({ steps, lines, states, bodies });
  const play = useStepPlay({ steps, here, stops, choose });
  const proposed = suggestions(steps, here, pathsBetween(here > 0 ? before : null, held) ?? []);
  useStepKeys({ steps, here, choose, play, addBreakpoint: () => setDraft(proposed[0] ?? "") });
  document.title = `Step ${here + 1} of ${steps.size} · ${trace.facts.name ?? "Trace"} · Lynex`;
  return html`<div class="page trace steps">
    <${TraceTitle} trace=${trace} /><${TraceTabs} trace=${trace} here="steps" event=${trace.idOf(steps.at(here).row)} steps=${steps.size} />
    ${trace.isCut && html`<p class="band">The steps of the first ${exact(trace.size)} of ${exact(trace.total)} events.</p>`}
    ${fault && html`<p class="band">What the steps say and which calls repeat could not be read: ${fault.message}</p>`}
    <${StepPlayer} lines=${lines} here=${here} stops=${stops} play=${play} choose=${choose} />
    <${StepStrip} lines=${lines} here=${here} toStep=${toStep} />
    <div class="three"><${StepRail} lines=${lines} here=${here} toStep=${toStep} stops=${stops} />
      <div class="told" ref=${told}><${StepStory} key=${here} steps=${steps} lines=${lines} index=${here} bodies=${bodies} toStep=${toStep} />
      <aside class="right" aria-label="State and breakpoints" tabindex="-1"><${StepState} held=${held} before=${here > 0 ? before : null} index=${here} hasAny=${states.tellings.length > 0} toStep=${toStep} />
        <${StepBreakpoints} ...${{ breakpoints, fault: refused, here, proposed, toStep, draft, setDraft, add, change, remove }} /></aside></div></div>
    <${StepThumbs} lines=${lines} here=${here} play=${play} choose=${choose} />
  </div>`;
}

/** What a step shows. @param {Steps} steps @param {number} here @param {StepBodies} bodies */
function needFirst(steps, here, bodies) {
  const { holder } = steps.at(here);
  bodies.need([steps.idOf(here), ...callsOf(steps, here).map((at) => steps.idOf(at)), ...(holder < 0 ? [] : [steps.trace.idOf(holder)])]);
}

/** What it is explained by: who put what into its prompt. @param {Steps} steps @param {number} here @param {StepBodies} bodies */
function needEarlier(steps, here, bodies) {
  if (steps.typeOf(here) !== "model_response") return;
  const since = callBefore(steps, here);
  const ids = [];
  for (let at = here - 1; at >= Math.max(0, here - FAR); at -= 1) if (at >= here - NEAR || at === since || steps.typeOf(at) !== "model_response") ids.push(steps.idOf(at));
  bodies.need(ids);
}

/** @param {StepStates} states @param {number} index @param {StepBodies} bodies */
function useHeld(states, index, bodies) {
  const version = bodies.version.value;
  const held = useMemo(() => states.at(index, (id) => bodies.get(id)), [states, index, bodies, version]);
  useEffect(() => {
    if (held.needs.length) bodies.need(held.needs);
  }, [held]);
  return held;
}
