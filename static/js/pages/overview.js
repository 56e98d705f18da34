/** Overview: what changed, in words and numbers, and the charts that prove it. */

import { useMemo, useRef, useState } from "../../vendor/hooks.js";
import { useAnswer, useLate } from "../answers.js";
import { nameOfProblem } from "../changes.js";
import { plan } from "../dashboards.js";
import { filterParams, onlyThese } from "../filters.js";
import { count, countOnAxis, duration, durationOnAxis } from "../format.js";
import { html } from "../html.js";
import { useKeys } from "../keyboard.js";
import { toCosts, toEvents, toProblem, toProblems, toTrace, toTraces } from "../links.js";
import { dollars, dollarsOnAxis } from "../money.js";
import { amend, go, linkHere } from "../router.js";
import { endOf, intervalWords, minus, stackedLines } from "../series-lines.js";
import { asked, askedByDay, filters, project, span } from "../state.js";
import { clock, day, rangeBefore, rangeBeforeWords } from "../time.js";
import { AddToDashboard } from "../components/add-to-dashboard.js";
import { Changed } from "../components/changed.js";
import { Chart, OverTime } from "../components/chart.js";
import { FilterBar } from "../components/filter-bar.js";
import { HeatMap } from "../components/heat-map.js";
import { HeatTable } from "../components/heat-table.js";
import { Glyph } from "../components/icon.js";
import { later } from "../components/later.js";
import { Page } from "../components/page.js";
import { RangePicker } from "../components/range-picker.js";
import { Empty, Failed } from "../components/states.js";
import { Tiles } from "../components/tiles.js";
import { TopList } from "../components/top-list.js";

const FirstRun = later(() => import("../components/first-run.js"));
const LIVE = { isLive: true };
const TOP = 5;

export default function Overview() {
  const chosen = filterParams(filters.value);
  const range = span.value;
  const params = { ...asked.value, ...chosen };
  const now = useAnswer("/stats/overview", params, LIVE);
  const before = useAnswer("/stats/overview", { project_id: project.value?.id, ...rangeBefore(range), ...chosen }, LIVE);
  const problems = useAnswer("/errors", { ...params, sort: "count", limit: 20 }, LIVE);
  const against = rangeBeforeWords(range);
  useKeys("Overview", [{ keys: "0", does: "The whole range", run: () => amend({ range: null, from: null, to: null }) }]);
  const told = useRef(/** @type {{now: any, before: any, problems: any[], span: import("../time.js").Span, against: string, filters: Record<string, string[]>} | null} */ (null));
  if ([now, before, problems].every(({ value, fault, isOld }) => (value || fault) && !isOld)) {
    told.current = { now: now.value, before: before.value, problems: problems.value?.items ?? [], span: range, against, filters: chosen };
  }
  const isLate = useLate();
  const isNothing = now.value?.events === 0 && !now.isOld;
  const [isHeld, setHeld] = useState(false);
  const hold = (/** @type {boolean} */ is) => {
    setHeld(is);
    if (!is) now.again();
  };
  return html`<${Page} class="overview" title="Overview" bar=${html`<${RangePicker} />`} head=${html`<div class="fbar"><${FilterBar} /></div>`}>
    <div class=${told.current || isLate ? "" : "unseen"}>${now.fault ? html`<div class="pad"><${Failed} fault=${now.fault} again=${now.again} /></div>` : isNothing || isHeld ? html`<div class="pad"><${Nothing} hold=${hold} /></div>` : html`
      ${told.current && html`<${Changed} ...${told.current} />`}
      <${Tiles} now=${now.value} before=${before.isOld ? undefined : before.value} isOld=${now.isOld} isSlow=${now.isSlow} against=${against} filters=${chosen} />
      <${Charts} chosen=${chosen} />
      <${Tops} params=${params} problems=${problems} chosen=${chosen} by=${now.value?.cost_usd === 0 || now.value?.cost_usd === null ? "requests" : "cost_usd"} />`}</div>
  <//>`;
}

/** @param {{chosen: Record<string, string[]>}} props */
function Charts({ chosen }) {
  const params = { ...askedByDay.value, ...chosen };
  /** @param {string} metric @param {string} [by] */
  const series = (metric, by) => useAnswer("/stats/timeseries", { ...params, metric, group_by: by }, LIVE);
  const [requests, errors] = [series("requests"), series("errors")];
  const [p50, p95, p99] = [series("latency_p50"), series("latency_p95"), series("latency_p99")];
  const heat = useAnswer("/stats/heatmap", params, LIVE);
  const [input, output] = [series("input_tokens"), series("output_tokens")];
  const cost = series("cost_usd", "model");
  const inRequests = useChart([requests, errors], ([all, failed]) => [
    { label: "completed", values: minus(all, failed), colour: "--bar" }, { label: "failed", values: failed ?? [], colour: "--error" }]);
  const inLatency = useChart([p50, p95, p99], ([low, high, highest]) => [
    { label: "p50", values: low ?? [], colour: "--tone-1" }, { label: "p95", values: high ?? [], colour: "--tone-2" }, { label: "p99", values: highest ?? [], colour: "--tone-3" }]);
  const inTokens = useChart([input, output], ([into, out]) => [{ label: "out", values: out ?? [], colour: "--tone-3" }, { label: "in", values: into ?? [], colour: "--tone-1" }]);
  const inCost = useChart([cost], () => stackedLines(cost.value?.series ?? [], "no model"));
  const per = requests.value ? `per ${intervalWords(requests.value.interval)}` : "";
  /** @param {import("../router.js").Changes} more */
  const at = (more) => (/** @type {number} */ from, /** @type {number} */ to, /** @type {import("../router.js").Changes} */ among = {}) =>
    go(toEvents({ ...chosen, ...more, ...among, range: null, from: new Date(from).toISOString(), to: new Date(to).toISOString() }));
  const calls = at({ type: "model_response" });
  /** @param {import("../dashboards.js").Plan} one */
  const onto = (one) => html`<${AddToDashboard} plans=${[{ ...one, filters: chosen }]} />`;
  const drawn = heat.value;
  return html`<div class="charts">
    <${OverTime} title="Requests" tools=${onto(plan("columns", "outcome"))} note=${per} answers=${[requests, errors]} data=${inRequests} kind="bars" format=${count} onAxis=${countOnAxis} open=${calls} />
    <${OverTime} title="Latency" tools=${onto(plan("lines", "latency"))} answers=${[p50, p95, p99]} data=${inLatency} kind="lines" format=${duration} onAxis=${durationOnAxis} open=${calls} />
    <${Chart} title="Latency distribution" table=${() => html`<${HeatTable} bounds=${drawn.bounds_ms} counts=${drawn.counts} open=${(/** @type {import("../router.js").Changes} */ among) => calls(Date.parse(drawn.buckets[0]), endOf(drawn), among)} />`}
      tools=${onto(plan("heat", "latency_p95"))} answers=${[heat]} isEmpty=${drawn && drawn.counts.flat().every((/** @type {number} */ value) => !value)}
      legend=${html`<span>few<span class="ramp" aria-hidden="true">${[1, 2, 3, 4, 5, 6, 7].map((shade) => html`<i key=${shade} style=${{ background: `var(--heat-${shade})` }}></i>`)}</span>many</span>`}>
      ${drawn && html`<${HeatMap} starts=${drawn.buckets.map(Date.parse)} end=${endOf(drawn)} bounds=${drawn.bounds_ms} counts=${drawn.counts} open=${calls} />`}
    <//>
    <${OverTime} title="Cost" tools=${onto(plan("columns", "cost_usd", { group: "model" }))} answers=${[cost]} data=${inCost} kind="bars" nothing="No known cost in this range" format=${dollars} onAxis=${dollarsOnAxis} open=${calls} />
    <${OverTime} title="Tokens" tools=${onto(plan("columns", "tokens", { width: 4 }))} answers=${[input, output]} data=${inTokens} kind="bars" format=${count} onAxis=${countOnAxis} open=${calls} />
  </div>`;
}

/** @param {{params: import("../api.js").Params, problems: import("../answers.js").Answer<any>, chosen: Record<string, string[]>, by: string}} props  `by`: what is most of */
function Tops({ params, problems, chosen, by }) {
  const slow = useAnswer("/traces", { ...params, sort: "duration_ms", limit: TOP }, LIVE);
  const models = useAnswer("/stats/breakdown", { ...params, by: "model", sort: by, limit: TOP + 1 }, LIVE);
  const users = useAnswer("/stats/breakdown", { ...params, by: "user", sort: by, limit: TOP + 1 }, LIVE);
  /** @param {import("../answers.js").Answer<any>} answer */
  const items = (answer) => (answer.value?.items ?? []).filter((/** @type {any} */ { key }) => key !== null).slice(0, TOP);
  /** How much of the largest: the lists are sorted by it. @param {any} one @param {import("../answers.js").Answer<any>} answer */
  const shareOf = (one, answer) => (one[by] ?? 0) / Math.max(...items(answer).map((/** @type {any} */ other) => other[by] ?? 0), Number.MIN_VALUE);
  return html`<div class="tops">
    <${TopList} title="Errors" answer=${problems} nothing="Nothing failed in this range." heads=${["Error", "Count", "Users", "First seen"]}
      all=${{ href: toProblems(chosen), text: `All ${count(problems.value?.groups ?? 0)}` }}
      rows=${(problems.value?.items ?? []).slice(0, TOP).map((/** @type {any} */ one) => ({ key: one.id, href: toProblem(one.id), title: one.message,
        label: html`<${Glyph} type="error" failed /><span class="cut">${nameOfProblem(one)} ${one.type && html`<span class="soft">${one.message}</span>`}</span>`,
        cells: [count(one.count), one.users ? count(one.users) : "", day(one.first_seen)] }))} />
    <${TopList} title="Slow traces" answer=${slow} nothing="No trace in this range." heads=${["Trace", "Duration", "Spans", "Cost"]} all=${{ href: toTraces({ ...chosen, sort: "duration_ms" }), text: "All" }}
      rows=${items({ ...slow, value: slow.value && { items: slow.value.items.map((/** @type {any} */ one) => ({ ...one, key: one.trace_id })) } }).map((/** @type {any} */ one) => ({ key: one.key, href: toTrace(one.key),
        label: html`<${Glyph} type=${one.type ?? "span"} failed=${one.status === "error"} /><span class="cut">${one.name ?? one.key} <span class="soft">${clock(one.start)}</span></span>`,
        cells: [duration(one.duration_ms), count(one.events), one.requests ? dollars(one.cost_usd) : ""] }))} />
    <${TopList} title="Models" answer=${models} nothing="No model was called in this range." heads=${["Model", "Requests", "p95", "Cost"]} all=${{ href: toCosts(chosen), text: `All ${count(models.value?.groups ?? 0)}` }}
      rows=${items(models).map((/** @type {any} */ one) => ({ key: one.key, href: toEvents({ ...chosen, model: one.key }), share: shareOf(one, models), label: html`<span class="cut">${one.key}</span>`,
        cells: [count(one.requests), duration(one.latency_ms.p95), dollars(one.cost_usd)] }))} />
    <${TopList} title="Users" answer=${users} nothing="No event of this range names a user." heads=${["User", "Requests", "Errors", "Cost"]} all=${{ href: toCosts({ ...chosen, by: "user" }), text: `All ${count(users.value?.groups ?? 0)}` }}
      rows=${items(users).map((/** @type {any} */ one) => ({ key: one.key, href: toEvents({ ...chosen, user_id: one.key }), share: shareOf(one, users), label: html`<span class="cut">${one.key}</span>`,
        cells: [count(one.requests), one.errors ? html`<span class="bad">${count(one.errors)}</span>` : "0", dollars(one.cost_usd)] }))} />
  </div>`;
}

/**
 * @param {import("../answers.js").Answer<any>[]} answers @param {(values: (number | null)[][]) => import("../components/time-chart.js").Line[]} lines
 * @returns {import("../components/time-chart.js").ChartData}
 */
function useChart(answers, lines) {
  return useMemo(() => {
    const first = answers[0]?.value;
    return { starts: (first?.buckets ?? []).map(Date.parse), end: endOf(first), lines: lines(answers.map(({ value }) => value?.series[0]?.values ?? [])) };
  }, answers.map(({ value }) => value));
}

/** Nothing of this filter, nothing in this range, or nothing yet at all. @param {{hold: (is: boolean) => void}} props */
const Nothing = ({ hold }) => filters.value.length
  ? html`<${Empty} title="Nothing in this range matches the filter."><p class="ways"><a class="btn" href=${linkHere(onlyThese([]))}>Remove the filter</a></p><//>`
  : html`<${FirstRun} hold=${hold} />`;
