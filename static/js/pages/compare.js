/** Two traces side by side: what differs in a sentence, their steps aligned on one scale, and the chosen step's texts beside each other. */

import { useEffect, useMemo, useRef, useState } from "../../vendor/hooks.js";
import { useAnswer } from "../answers.js";
import { CompareDetail } from "../components/compare-detail.js";
import { CompareHead } from "../components/compare-head.js";
import { CompareRows } from "../components/compare-rows.js";
import { Failed, Skeleton } from "../components/states.js";
import { Back } from "../components/trace-head.js";
import { Comparison } from "../comparison.js";
import { differingTexts } from "../event-texts.js";
import { html } from "../html.js";
import { useKeys } from "../keyboard.js";
import { toComparison } from "../links.js";
import { address, amend, go } from "../router.js";
import { project } from "../state.js";
import { StepBodies } from "../step-bodies.js";
import { Trace } from "../trace.js";

const MOST_READ = 400; // pairs whose texts are compared without being chosen
const REST_MS = 120; // browsers refuse to write the address more often than some hundred times a minute

/** @param {{params: {trace: string, other: string}}} props */
export default function ComparePage({ params }) {
  const [left, right] = [useTrace(params.trace), useTrace(params.other)];
  const fault = left.fault ?? right.fault;
  const comparison = useMemo(() => (left.trace && right.trace ? new Comparison(left.trace, right.trace) : null), [left.trace, right.trace]);
  document.title = "Compare · Lynex";
  if (fault) return html`<div class="page"><header class="bar"><${Back} /><h1>Compare</h1></header><div class="pad"><${Failed} fault=${fault} again=${left.fault ? left.again : right.again} /></div></div>`;
  if (!comparison) return html`<div class="page"><header class="bar"><${Back} /><h1>Compare</h1></header><div class="pad"><${Skeleton} lines=${16} /></div></div>`;
  return html`<${Shown} key=${`${params.trace} ${params.other}`} comparison=${comparison} />`;
}

/** @param {string} id */
function useTrace(id) {
  const { value, fault, again } = useAnswer(`/traces/${encodeURIComponent(id)}`, { project_id: project.value?.id });
  const trace = useMemo(() => (value?.trace.trace_id === id ? new Trace(value) : null), [value, id]);
  return { trace, fault, again };
}

/** @param {{comparison: Comparison}} props */
function Shown({ comparison }) {
  const { pairs, left, right } = comparison;
  const wanted = address.value.query.get("event") ?? "";
  const [isShort, setShort] = useState(false);
  const { bodies, said } = useTexts(comparison);
  const differences = useMemo(() => pairs.map((pair, place) => [...comparison.differences(pair), ...(said.get(place) ?? [])]), [comparison, said]);
  const shown = useMemo(() => pairs.flatMap((_, place) => (!isShort || differences[place]?.length ? [place] : [])), [comparison, differences, isShort]);
  const first = useMemo(() => Math.max(0, pairs.findIndex((pair) => comparison.differences(pair).length)), [comparison]);
  const [chosen, setChosen] = useState(-1);
  const asked = wanted ? Math.max(comparison.rowOfLeft[left.rowOf(wanted)] ?? -1, comparison.rowOfRight[right.rowOf(wanted)] ?? -1) : -1;
  const here = chosen >= 0 ? chosen : asked >= 0 ? asked : first;
  const writing = useRef(/** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined));
  useEffect(() => () => clearTimeout(writing.current), []);
  /** @param {number} place */
  const choose = (place) => {
    const pair = pairs[place];
    if (!pair) return;
    setChosen(place);
    clearTimeout(writing.current);
    writing.current = setTimeout(() => amend({ event: pair.left >= 0 ? left.idOf(pair.left) : right.idOf(pair.right) }, { replace: true }), REST_MS);
  };
  /** @param {number} by */
  const move = (by) => {
    const at = shown.findLastIndex((place) => place <= here);
    choose(shown[Math.min(shown.length - 1, Math.max(0, at + by))] ?? -1);
  };
  /** The next place where something differs, around the end. @param {number} by */
  const differing = (by) => {
    const all = pairs.flatMap((_, place) => (differences[place]?.length ? [place] : []));
    choose((by > 0 ? all.find((place) => place > here) ?? all[0] : all.findLast((place) => place < here) ?? all.at(-1)) ?? -1);
  };
  const swap = () => go(toComparison(right.facts.trace_id, left.facts.trace_id));
  useKeys("Compare", [
    { keys: "j", does: "Next step", run: () => move(1) },
    { keys: "ArrowDown", does: "Next step", run: () => move(1) },
    { keys: "k", does: "Step before", run: () => move(-1) },
    { keys: "ArrowUp", does: "Step before", run: () => move(-1) },
    { keys: "Home", does: "First step", run: () => move(-Infinity) },
    { keys: "End", does: "Last step", run: () => move(Infinity) },
    { keys: "n", does: "Next difference", run: () => differing(1) },
    { keys: "Shift+N", does: "Difference before", run: () => differing(-1) },
    { keys: "f", does: "Only what differs", run: () => setShort(!isShort) },
    { keys: "x", does: "Swap the two", run: swap },
    { keys: "Enter", does: "Into its texts", run: (event) => (event.target instanceof HTMLElement && event.target.closest("button, a") ? event.target.click() : /** @type {HTMLElement | null} */ (document.querySelector(".beside"))?.focus()) },
  ]);
  return html`<div class="page compare"><${CompareHead} comparison=${comparison} choose=${choose} swap=${swap} step=${differing} isShort=${isShort} setShort=${setShort} unread=${Math.max(0, pairs.length - MOST_READ)} />
    <${CompareRows} comparison=${comparison} shown=${shown} differences=${differences} here=${here} isChosen=${chosen >= 0} choose=${choose} />
    <${CompareDetail} comparison=${comparison} pair=${pairs[here] ?? { left: -1, right: -1, depth: 0 }} bodies=${bodies} /></div>`;
}

/** The events of both traces, and by place what differs in their texts. @param {Comparison} comparison */
function useTexts(comparison) {
  const { left, right, pairs } = comparison;
  const bodies = useMemo(() => [new StepBodies(left.facts.trace_id), new StepBodies(right.facts.trace_id)], [comparison]);
  const [mine, theirs] = /** @type {[StepBodies, StepBodies]} */ (bodies);
  useEffect(() => {
    const both = pairs.filter((pair) => pair.left >= 0 && pair.right >= 0).slice(0, MOST_READ);
    mine.need(both.map((pair) => left.idOf(pair.left)));
    theirs.need(both.map((pair) => right.idOf(pair.right)));
  }, [comparison]);
  const version = mine.version.value + theirs.version.value;
  const said = useMemo(() => {
    /** @type {Map<number, string[]>} */
    const found = new Map();
    for (const [place, pair] of pairs.entries()) {
      if (pair.left < 0 || pair.right < 0) continue;
      const [one, other] = [mine.get(left.idOf(pair.left)), theirs.get(right.idOf(pair.right))];
      if (one && other) found.set(place, differingTexts(one, other));
    }
    return found;
  }, [comparison, version]);
  return { bodies: { mine, theirs }, said };
}
