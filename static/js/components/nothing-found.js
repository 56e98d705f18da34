/** Nothing passes the filter: which part of it is to blame, and the way out of each. */

import { useAnswer } from "../answers.js";
import { filterParams, withoutFilter, wordsOf } from "../filters.js";
import { count } from "../format.js";
import { html } from "../html.js";
import { amend } from "../router.js";
import { asked, filters, project, span } from "../state.js";
import { rangeWords } from "../time.js";
import { applyFilters } from "./filter-bar.js";
import { Empty } from "./states.js";

const WIDEST = "90d";

export function NothingFound() {
  const chosen = filters.value;
  const further = useAnswer(span.value.name === WIDEST ? null : "/stats/overview", { project_id: project.value?.id, range: WIDEST, ...filterParams(chosen) }).value?.events ?? 0;
  return html`<${Empty} title=${`Nothing ${span.value.name ? `in the ${rangeWords(span.value).toLowerCase()}` : "in this range"} matches${chosen.length > 1 ? " all of this" : ` ${wordsOf(/** @type {import("../filters.js").Filter} */ (chosen[0]))}`}.`}>
    <ul class="ways out">
      ${chosen.length > 1 && chosen.map((one) => html`<${Without} key=${`${one.name} ${one.value}`} one=${one} />`)}
      ${further > 0 && html`<li><button type="button" class="btn" onClick=${() => amend({ range: WIDEST, from: null, to: null })}>Last 90 days</button> <span class="soft">${found(further)} there</span></li>`}
      <li><button type="button" class="btn" onClick=${() => applyFilters([])}>Clear the filter</button></li>
    </ul><//>`;
}

/** @param {number} events */
const found = (events) => (events === 1 ? "1 event matches" : `${count(events)} events match`);

/** How many there are without this one. @param {{one: import("../filters.js").Filter}} props */
function Without({ one }) {
  const rest = withoutFilter(filters.value, one);
  const events = useAnswer("/stats/overview", { ...asked.value, ...filterParams(rest) }).value?.events ?? 0;
  if (!events) return null;
  return html`<li><button type="button" class="btn" onClick=${() => applyFilters(rest)}>Without ${wordsOf(one)}</button> <span class="soft">${found(events)}</span></li>`;
}
