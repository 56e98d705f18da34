/** One problem: what fails and where, how often over time and for whom, each failure with its stack, and what becomes of it. */

import { useEffect, useMemo, useRef } from "../../vendor/hooks.js";
import { useAnswer } from "../answers.js";
import { nameOfProblem } from "../changes.js";
import { Back } from "../components/back.js";
import { OverTime } from "../components/chart.js";
import { Page } from "../components/page.js";
import { ProblemFailure } from "../components/problem-failure.js";
import { ProblemNote } from "../components/problem-note.js";
import { RangePicker } from "../components/range-picker.js";
import { ShareList } from "../components/share-list.js";
import { Failed, Skeleton } from "../components/states.js";
import { modelOf, nameOf } from "../events.js";
import { filterParams } from "../filters.js";
import { count, countOnAxis, exact, percent } from "../format.js";
import { html } from "../html.js";
import { useKeys } from "../keyboard.js";
import { toEvent, toEvents, toProblem, toProblems, toTrace } from "../links.js";
import { decide, decided, toldBy } from "../problems.js";
import { address, amend, go, linkHere } from "../router.js";
import { asked, filters, project } from "../state.js";
import { clock, day, dayAndMinutes, everyWay } from "../time.js";

/** @typedef {import("../problems.js").ProblemWhole} ProblemWhole */
/** @typedef {import("../problems.js").State} State */

/** @param {{params: {group: string}}} props */
export default function ProblemPage({ params }) {
  const answer = useAnswer(`/errors/${encodeURIComponent(params.group)}`, { ...asked.value, ...filterParams(filters.value) }, { isLive: true });
  /** @type {ProblemWhole | undefined} */
  const problem = answer.value?.id === params.group ? answer.value : undefined;
  const [name] = problem ? toldBy(problem) : [""];
  document.title = `${name || "Problem"} · Lynex`;
  if (!problem) {
    return html`<div class="page problem"><header class="bar"><${Back} href=${toProblems()} list="Errors" /><h1 class="cut">${answer.fault ? params.group : ""}</h1></header>
      <div class="pad">${answer.fault ? html`<${Failed} fault=${answer.fault} again=${answer.again} />` : html`<${Skeleton} lines=${12} />`}</div></div>`;
  }
  return html`<${Shown} key=${params.group} problem=${problem} answer=${answer} />`;
}

/** @param {{problem: ProblemWhole, answer: import("../answers.js").Answer<ProblemWhole>}} props */
function Shown({ problem, answer }) {
  const { events } = problem;
  const last = decided.value;
  const seen = useRef(last);
  useEffect(() => {
    if (seen.current !== last) answer.again();
    seen.current = last;
  }, [last]);
  const wanted = address.value.query.get("event") ?? "";
  const here = Math.max(0, events.findIndex(({ eventId }) => eventId === wanted));
  /** @param {number} index */
  const choose = (index) => {
    const event = events[index];
    if (event) amend({ event: index ? event.eventId : null }, { replace: true });
  };
  /** @param {State} state @param {string | null} [note] */
  const become = (state, note) => void decide([problem], state, note);
  /** @param {string} key @param {string} does @param {State} state */
  const binding = (key, does, state) => ({ keys: key, does, run: () => { if (problem.state !== state) become(state); } });
  useKeys("Problem", [
    binding("r", "Resolve", "resolved"), binding("i", "Ignore", "ignored"), binding("u", "Open again", "open"),
    { keys: "j", does: "Older failure", run: () => choose(here + 1) },
    { keys: "k", does: "Newer failure", run: () => choose(here - 1) },
    { keys: "Enter", does: "Open its trace", run: (press) => {
      const control = press.target instanceof HTMLElement ? press.target.closest("button, a") : null;
      const event = events[here];
      if (control instanceof HTMLElement) control.click();
      else if (event) go(event.context["trace_id"] ? toTrace(event.context["trace_id"], event.eventId) : toEvent(event.eventId, event.at));
    } },
  ]);
  const [name, message] = toldBy(problem);
  return html`<${Page} class="problem" title=${name} before=${html`<${Back} href=${toProblems()} list="Errors" />`} facts=${html`<${Standing} problem=${problem} />`}
      bar=${html`<${Ways} state=${problem.state} become=${become} /><${RangePicker} />`}>
    ${(message || problem.place) && html`<div class="lead">${message && html`<p class="message">${message}</p>`}${problem.place && html`<p class="soft">in <code>${problem.place}</code></p>`}</div>`}
    <${Figures} problem=${problem} />
    ${problem.count === 0 ? html`<div class="pad"><${NotNow} problem=${problem} /></div>` : html`<${Trend} problem=${problem} answer=${answer} />`}
    <div class="halves"><div class="main">
        ${events.length > 0 ? html`<${ProblemFailure} events=${events} here=${here} choose=${choose} /><${Newest} problem=${problem} here=${here} />` : html`<${Last} id=${problem.latest_event_id} />`}</div>
      <aside class="beside"><${ProblemNote} problem=${problem} save=${(/** @type {string} */ note) => become(problem.state, note || null)}
        ways=${problem.state !== "ignored" && html`<button type="button" class="btn tiny phone" onClick=${() => become("ignored")}>Ignore</button>`} /><${Shares} problem=${problem} /></aside></div>
  <//>`;
}

/** @param {{problem: ProblemWhole}} props */
const Standing = ({ problem }) => (problem.reopened_at ? html`<span class="badge warn">seen again</span>` : problem.state !== "open" ? html`<span class="badge">${problem.state}</span>` : "");

/** @param {{state: State, become: (state: State) => void}} props */
function Ways({ state, become }) {
  /** @param {State} next @param {string} words @param {string} key @param {string} [look] */
  const way = (next, words, key, look = "") => state !== next && html`<button type="button" class=${`btn ${look}`} title=${`${words} (${key})`} onClick=${() => become(next)}>${words}</button>`;
  return html`${way("open", "Open again", "u")}${way("ignored", "Ignore", "i", "wide")}${way("resolved", "Resolve", "r", state === "open" ? "solid" : "")}`;
}

/** @param {{problem: ProblemWhole}} props */
function Figures({ problem }) {
  /** @type {[string, unknown, unknown, string?][]} */
  const facts = [
    ["Failures", count(problem.count), "in this range", exact(problem.count)],
    ["Users", problem.users ? count(problem.users) : "–", problem.users ? "affected" : problem.count ? "none is named" : "", exact(problem.users)],
    ["Traces", count(problem.traces), "", exact(problem.traces)],
    ["First seen", day(problem.first_seen), problem.first_release ? `in release ${problem.first_release}` : "", everyWay(problem.first_seen)],
    ["Last seen", day(problem.last_seen), "", everyWay(problem.last_seen)],
  ];
  return html`<dl class="figures">${facts.map(([label, value, note, title]) => html`<div key=${label} title=${title}><dt>${label}</dt><dd>${value}</dd><dd class="dim small">${note || "\u00a0"}</dd></div>`)}</dl>`;
}

/** @param {{problem: ProblemWhole, answer: import("../answers.js").Answer<ProblemWhole>}} props */
function Trend({ problem, answer }) {
  const data = useMemo(() => ({ starts: problem.buckets.map(Date.parse), end: Date.parse(problem.to), lines: [{ label: "failures", values: problem.trend, colour: "--type-error" }] }), [problem]);
  return html`<div class="trend"><${OverTime} title="Failures over time" answers=${[answer]} data=${data} kind="bars" format=${count} onAxis=${countOnAxis}
    open=${(/** @type {number} */ from, /** @type {number} */ to) => go(toEvents({ error_group: problem.id, range: null, from: new Date(from).toISOString(), to: new Date(to).toISOString() }))} /></div>`;
}

/** @param {{problem: ProblemWhole}} props */
const NotNow = ({ problem }) => html`<div class="empty"><h2>It was not seen in this range.</h2><p>Last on ${dayAndMinutes(problem.last_seen)}. ${" "}<a href=${linkHere({ range: null, from: new Date(Date.parse(problem.last_seen) - 86_400_000).toISOString(), to: new Date(Date.parse(problem.last_seen) + 1000).toISOString() })}>Show the day before that moment</a></p></div>`;

/** The latest failure where none is in the range. @param {{id: string | null}} props */
function Last({ id }) {
  const whole = useAnswer(id && `/events/${encodeURIComponent(id)}`, { project_id: project.value?.id });
  if (whole.fault) return html`<div class="pad"><${Failed} fault=${whole.fault} again=${whole.again} /></div>`;
  return whole.value ? html`<${ProblemFailure} events=${[whole.value]} here=${0} choose=${() => undefined} />` : null;
}

/** @param {{problem: ProblemWhole, here: number}} props */
const Newest = ({ problem, here }) => html`<section class="newest"><header><h2>Newest failures</h2><a href=${toEvents({ error_group: problem.id })}>All ${count(problem.count)} in Events</a></header>
  <ol>${problem.events.map((event, index) => html`<li key=${event.eventId}><a class="plain" aria-current=${index === here ? "true" : undefined} href=${linkHere({ event: index ? event.eventId : null })}>
    <time class="num" datetime=${event.at} title=${everyWay(event.at)}>${day(event.at).startsWith("today") ? clock(event.at) : dayAndMinutes(event.at)}</time><span class="cut">${nameOf(event)}${modelOf(event) && html` <span class="dim">${modelOf(event)}</span>`}</span>
    <span class="cut soft wide">${event.body["error"]?.message ?? ""}</span><span class="cut soft">${event.context["user_id"] ?? ""}</span><span class="cut dim wide">${event.context["release"] ?? ""}</span></a></li>`)}</ol></section>`;

/** The same cause often fails in several places. @param {{problem: ProblemWhole}} props */
const Beside = ({ problem: { beside, traces } }) => beside.length > 0 && html`<section class="shares" aria-label="Fails together with"><header><h2>Fails together with</h2><span class="dim small">traces</span></header>
  <ul>${beside.map((one) => html`<li key=${one.id}><a class="plain" href=${toProblem(one.id)} title=${one.message ?? ""}><span class="cut">${nameOfProblem(one)}</span><span class="num">${count(one.traces)}</span><span class="num dim small">${traces ? percent(one.traces / traces) : ""}</span></a></li>`)}</ul></section>`;

/** @param {{problem: ProblemWhole}} props */
function Shares({ problem }) {
  const { shares, count: total } = problem;
  /** @param {string} filter */
  const to = (filter) => (/** @type {string} */ key) => toEvents({ error_group: problem.id, [filter]: key });
  return html`<${ShareList} title="Affected users" shares=${shares.user} total=${total} href=${to("user_id")} all=${problem.users > shares.user.length ? { href: toEvents({ error_group: problem.id }), text: `All ${count(problem.users)}` } : null} />
    <${Beside} problem=${problem} />
    <${ShareList} title="Releases" shares=${shares.release} total=${total} href=${to("release")} since />
    <${ShareList} title="Models" shares=${shares.model} total=${total} href=${to("model")} />
    <${ShareList} title="Environments" shares=${shares.environment} total=${total} href=${to("environment")} />`;
}
