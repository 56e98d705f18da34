/** One problem as one line: what fails and what it says, how often over time, for how many, since when and which release. */

import { count, exact, plural } from "../format.js";
import { html } from "../html.js";
import { toProblem } from "../links.js";
import { toldBy } from "../problems.js";
import { day, everyWay } from "../time.js";
import { Spark } from "./spark.js";

/** @type {readonly import("./sort-head.js").Column[]} */
export const COLUMNS = [
  { title: "Problem", look: "pn" }, { title: "Trend", look: "pt" }, { title: "Failures", look: "num pc", sort: "count" }, { title: "Users", look: "num pu", sort: "users" },
  { title: "Began in", look: "pr" }, { title: "First seen", look: "pf", sort: "first_seen" }, { title: "Last seen", look: "pl", sort: "last_seen" },
];

/**
 * @param {{problem: import("../problems.js").Problem, isPicked: boolean, pick: (isRange: boolean) => void} & import("./row-list.js").Place} props
 * `pick`: take it into the choice, or out of it; `isRange`: with all between
 */
export function ProblemRow({ problem, isPicked, pick, row, top, isHere, press }) {
  const [name, message] = toldBy(problem);
  const peak = Math.max(...problem.trend);
  const shown = problem.state === "open" ? "" : " calm";
  return html`<div class=${`xr${isPicked ? " picked" : ""}`} role="row" aria-rowindex=${row + 2} aria-selected=${isPicked ? "true" : "false"} data-row=${row} tabindex=${isHere ? 0 : -1} style=${{ top: `${top}px` }} onClick=${press}>
    <label class="px" role="cell"><input type="checkbox" tabindex="-1" checked=${isPicked} aria-label=${`Choose ${name}`} onClick=${(/** @type {MouseEvent} */ click) => pick(click.shiftKey)} /></label>
    <span class="pn" role="cell"><span class="cut"><a class="plain" tabindex="-1" href=${toProblem(problem.id)}><b class=${shown ? "soft" : "bad"}>${name}</b></a>
        ${problem.reopened_at && html`<span class="badge warn" title=${`Resolved before, seen again ${everyWay(problem.reopened_at)}`}>seen again</span>`}${problem.state !== "open" && html`<span class="badge">${problem.state}</span>`}</span>
      <span class="cut small soft" title=${message}>${message || (problem.place ? "" : "\u00a0")}${problem.place && html` <code class="dim">${problem.place}</code>`}</span></span>
    <span class="pt" role="cell"><${Spark} values=${problem.trend} look=${shown} label=${`at most ${plural(peak, "failure")} at a time`} /></span>
    <span class="num pc" role="cell" title=${exact(problem.count)}>${count(problem.count)}<span class="phone"> ${problem.count === 1 ? "time" : "times"}</span></span>
    <span class="num pu" role="cell" title=${problem.users ? plural(problem.users, "affected user") : "No user is named"}>${problem.users ? html`${count(problem.users)}<span class="phone"> ${problem.users === 1 ? "user" : "users"}</span>` : ""}</span>
    <span class="pr cut" role="cell" title=${problem.releases.length ? `Seen in ${problem.releases.join(", ")}` : undefined}>${problem.first_release ?? ""}</span>
    <time class="pf" role="cell" datetime=${problem.first_seen} title=${everyWay(problem.first_seen)}>${day(problem.first_seen)}</time>
    <time class="pl" role="cell" datetime=${problem.last_seen} title=${everyWay(problem.last_seen)}>${day(problem.last_seen)}</time>
  </div>`;
}
