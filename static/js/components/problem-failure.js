/** One failure of a problem in full: when, for whom, in which release, then what it held with its stack; before it the way to newer and older ones. */

import { useAnswer } from "../answers.js";
import { duration, shortened } from "../format.js";
import { html } from "../html.js";
import { toEvent, toEvents, toSession, toTrace } from "../links.js";
import { project } from "../state.js";
import { clock, day, dayAndMinutes, everyWay } from "../time.js";
import { CopyMenu } from "./copy-menu.js";
import { EventContent } from "./event-content.js";
import { Glyph, Icon } from "./icon.js";
import { Failed, Skeleton } from "./states.js";

/** @typedef {import("../events.js").Event} Event */

/** @param {{events: Event[], here: number, choose: (index: number) => void}} props  newest first */
export function ProblemFailure({ events, here, choose }) {
  const event = /** @type {Event} */ (events[here]);
  const whole = useAnswer(`/events/${encodeURIComponent(event.eventId)}`, { project_id: project.value?.id });
  const isMine = whole.value?.eventId === event.eventId;
  const { context } = event;
  const isToday = day(event.at).startsWith("today");
  return html`<section class="failure-shown" aria-label="One failure">
    <header><h2>${here === 0 ? "Latest failure" : `Failure ${here + 1} of ${events.length}`}</h2>
      <span class="facts"><time datetime=${event.at} title=${everyWay(event.at)}>${isToday ? clock(event.at) : dayAndMinutes(event.at)}</time>
        ${context["user_id"] && html`<a class="cut" href=${toEvents({ user_id: context["user_id"] })}>${context["user_id"]}</a>`}
        ${context["release"] && html`<span>release ${context["release"]}</span>`}${context["environment"] && html`<span>${context["environment"]}</span>`}
        ${event.body["duration_ms"] !== undefined && html`<span>${duration(event.body["duration_ms"])}</span>`}
        ${context["session_id"] && html`<a href=${toSession(context["session_id"], context["trace_id"])}>its session</a>`}</span>
      <span class="grow"></span>
      <${CopyMenu} event=${isMine ? whole.value : event} />
      <a class="btn tiny" href=${context["trace_id"] ? toTrace(context["trace_id"], event.eventId) : toEvent(event.eventId, event.at)}>${context["trace_id"] ? "Open trace" : "Open event"}</a>
      <span class="seg"><button type="button" aria-label="Newer failure" title="Newer (k)" disabled=${here === 0} onClick=${() => choose(here - 1)}><${Icon} name="left" size=${14} /></button>
        <button type="button" aria-label="Older failure" title="Older (j)" disabled=${here === events.length - 1} onClick=${() => choose(here + 1)}><${Icon} name="right" size=${14} /></button></span></header>
    <div class=${`body${whole.isOld ? " old" : ""}`}>${whole.fault ? html`<${Failed} fault=${whole.fault} again=${whole.again} />`
      : !whole.value ? html`<${Skeleton} lines=${6} />`
      : html`<p class="dim small what"><${Glyph} type=${whole.value.type} failed />${whole.value.body.name ?? whole.value.body.tool?.name ?? whole.value.type} <span title=${whole.value.eventId}>${shortened(whole.value.eventId)}</span></p>
        <${EventContent} key=${whole.value.eventId} event=${whole.value} />`}</div></section>`;
}
