/** Events: the timeline, newest first, followed live while nobody reads. */

import { useEffect, useMemo, useRef, useState } from "../../vendor/hooks.js";
import { follow } from "../api.js";
import { useAnswer } from "../answers.js";
import { filterParams } from "../filters.js";
import { count, exact } from "../format.js";
import { html } from "../html.js";
import { useKeys } from "../keyboard.js";
import { toTrace } from "../links.js";
import { address, amend, go } from "../router.js";
import { asked, askedByDay, filters, project } from "../state.js";
import { spanOf } from "../time.js";
import { Timeline } from "../timeline.js";
import { EventList } from "../components/event-list.js";
import { ExportMenu } from "../components/export-menu.js";
import { Facets } from "../components/facets.js";
import { FilterBar } from "../components/filter-bar.js";
import { Histogram } from "../components/histogram.js";
import { Icon } from "../components/icon.js";
import { LiveButton } from "../components/live-button.js";
import { NothingFound } from "../components/nothing-found.js";
import { Page } from "../components/page.js";
import { RangePicker } from "../components/range-picker.js";
import { Empty, Failed, Skeleton } from "../components/states.js";

const FLUSH_MS = 150;

export default function Events() {
  const params = { ...asked.value, ...filterParams(filters.value) };
  const key = JSON.stringify(params);
  const [round, setRound] = useState(0);
  const timeline = useMemo(() => new Timeline(params), [key, round]);
  const [here, setHere] = useState(-1);
  const [isPaused, setPaused] = useState(false);
  const [isAway, setAway] = useState(false);
  const [hasFacets, setFacets] = useState(false);
  const openId = address.value.query.get("event") ?? "";
  const isEndless = spanOf(address.value.query).name !== "";
  const isReading = isPaused || isAway || openId !== "";
  const connection = useLive(timeline, isEndless, isReading);
  useEffect(() => {
    void timeline.more();
    setHere(-1);
    return () => timeline.close();
  }, [timeline]);
  useEffect(() => {
    if (!isReading && timeline.waiting.peek()) newest();
  }, [isReading]);

  const newest = () => {
    document.querySelector(".rows")?.scrollTo(0, 0);
    if (openId) amend({ event: null }, { replace: true });
    setPaused(false);
    if (!timeline.release()) setRound(round + 1);
  };
  /** @param {number} row */
  const open = (row) => {
    const event = timeline.at(row);
    if (!event) return;
    setHere(row);
    amend({ event: event.eventId === openId ? null : event.eventId }, { replace: openId !== "" });
  };
  /** @param {number} by */
  const step = (by) => setHere(Math.min(timeline.size - 1, Math.max(0, here + by)));
  const enter = () => (here >= 0 ? open(here) : undefined);
  useKeys("Events", [
    { keys: "j", does: "Next event", run: () => step(1) },
    { keys: "ArrowDown", does: "Next event", run: () => step(1) },
    { keys: "k", does: "Event before", run: () => step(-1) },
    { keys: "ArrowUp", does: "Event before", run: () => step(-1) },
    { keys: "o", does: "Open in place", run: enter },
    { keys: "Enter", does: "Open in place", run: (event) => (event.target instanceof HTMLElement && event.target.closest("button, a") ? event.target.click() : enter()) },
    { keys: "x", does: "Open its trace", run: () => { const trace = timeline.at(here)?.context["trace_id"]; if (trace) go(toTrace(trace, timeline.at(here)?.eventId)); } },
    { keys: "t", does: "To the newest", run: newest },
    { keys: ".", does: "Pause or resume live", run: () => setPaused(!isPaused) },
    { keys: "Escape", does: "Close", run: () => amend({ event: null }) },
  ]);

  timeline.version.value;
  const counts = useCounts(params);
  const isEmpty = timeline.isWhole && timeline.size === 0;
  return html`<${Page} class="events" title="Events" isFixed facts=${counts.all === undefined ? "" : html`<span class="num" title=${exact(counts.all)}>${count(counts.all)}</span>`}
    bar=${html`${isEndless && html`<${LiveButton} timeline=${timeline} state=${connection} isPaused=${isPaused} toggle=${() => setPaused(!isPaused)} />`}<${RangePicker} />`}
    head=${html`<div class="fbar"><${FilterBar} /><button type="button" class="btn icon phone" aria-label="Facets" aria-pressed=${hasFacets ? "true" : "false"} onClick=${() => setFacets(!hasFacets)}><${Icon} name="filter" /></button>
      <${ExportMenu} params=${params} count=${counts.all} /></div>
      <${Histogram} ...${counts.histogram} />`}>
    <div class=${`split${hasFacets ? " with-facets" : ""}`}>
      <${Facets} failed=${counts.failed} completed=${counts.completed} />
      ${timeline.fault.value && !timeline.size ? html`<div class="pad"><${Failed} fault=${timeline.fault.value} again=${() => setRound(round + 1)} /></div>`
        : isEmpty ? html`<div class="pad"><${Nothing} /></div>`
        : !timeline.isLoaded ? html`<div class="pad"><${Skeleton} lines=${12} /></div>`
        : html`<${EventList} timeline=${timeline} openId=${openId} here=${here} open=${open} newest=${newest} scrolled=${setAway}
            why=${isPaused ? "paused" : "paused while you read"} />`}
    </div>
  <//>`;
}

/** Follow while the range ends now; what comes together is shown together. @param {Timeline} timeline @param {boolean} isEndless @param {boolean} isReading */
function useLive(timeline, isEndless, isReading) {
  const [state, setState] = useState("connecting");
  const reading = useRef(isReading);
  reading.current = isReading;
  useEffect(() => {
    if (!isEndless) return undefined;
    /** @type {import("../events.js").Event[]} */
    let together = [];
    const flush = () => {
      if (!together.length) return;
      timeline.arrive(together, reading.current || document.visibilityState !== "visible");
      together = [];
    };
    const timer = setInterval(flush, FLUSH_MS);
    const end = follow("/live", { project_id: project.peek()?.id, ...filterParams(filters.peek()) }, {
      event: (event) => together.push(event),
      lagged: (missed) => { timeline.waiting.value += missed; },
      state: setState,
    });
    return () => {
      clearInterval(timer);
      end();
    };
  }, [timeline, isEndless]);
  return state;
}

/** How many, how many of them failed, and when. @param {import("../api.js").Params} params */
function useCounts(params) {
  const tz = askedByDay.value.tz;
  const all = useAnswer("/stats/timeseries", { ...params, tz, metric: "events" }, { isLive: true }).value;
  const statuses = [params["status"] ?? []].flat();
  const couldFail = !statuses.length || statuses.includes("error");
  const failed = useAnswer(couldFail ? "/stats/timeseries" : null, { ...params, tz, metric: "events", status: ["error"] }, { isLive: true }).value;
  return useMemo(() => {
    const values = all?.series[0]?.values ?? [];
    const wrong = couldFail ? failed?.series[0]?.values ?? [] : [];
    return {
      all: all ? sum(values) : undefined,
      completed: all && failed && couldFail && !statuses.length ? sum(values) - sum(wrong) : statuses.includes("ok") && !couldFail && all ? sum(values) : undefined,
      failed: couldFail && failed ? sum(wrong) : undefined,
      histogram: { starts: (all?.buckets ?? []).map(Date.parse), end: Date.parse(all?.to ?? ""), all: values, failed: wrong },
    };
  }, [all, failed, couldFail, statuses.length]);
}

/** @param {number[]} values */
const sum = (values) => values.reduce((total, value) => total + value, 0);

/** Why there is nothing, and the way out. */
function Nothing() {
  if (filters.value.length) return html`<${NothingFound} />`;
  return html`<${Empty} title="No event in this range.">
    <p>Send one, and it appears here by itself:</p>
    <pre class="box json">${`curl ${location.origin}/api/v1/events \\
  -H "X-API-Key: $LYNEX_API_KEY" -H "Content-Type: application/json" \\
  -d '{"type": "log", "body": {"message": "Hello"}}'`}</pre>
    <p>Or run <code>lynex demo</code> for a day of a made-up company. <a href="/guide/">The guide</a> shows every way to send.</p><//>`;
}
