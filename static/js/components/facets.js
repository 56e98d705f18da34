/** What the events of the range are, with counts; one click filters, another takes it away. */

import { useAnswer } from "../answers.js";
import { filterParams, hasFilter } from "../filters.js";
import { count, exact } from "../format.js";
import { html } from "../html.js";
import { asked, filters } from "../state.js";
import { toggleFilter } from "./filter-bar.js";
import { Glyph, Icon } from "./icon.js";

/** Name of the filter, what /stats/breakdown calls it, the heading, and how many are shown. */
const FACETS = /** @type {const} */ ([
  ["type", "type", "Type", 11],
  ["model", "model", "Model", 6],
  ["name", "name", "Name", 8],
  ["user_id", "user", "User", 5],
  ["environment", "environment", "Environment", 4],
  ["release", "release", "Release", 5],
  ["tag", "tag", "Tag", 6],
]);

/** @param {{failed: number | undefined, completed: number | undefined}} props  of the events that are shown */
export function Facets({ failed, completed }) {
  const answers = FACETS.map(([name, by, , most]) => useAnswer(
    "/stats/breakdown", { ...asked.value, ...filterParams(filters.value, name), by, sort: "events", limit: most + 1 }, { isLive: true },
  ));
  const isReady = answers.every(({ value, fault }) => value || fault); // all at once: nothing moves as they come
  const facets = FACETS.map((facet, index) => html`<${Facet} key=${facet[0]} facet=${facet} answer=${answers[index]} />`);
  return html`<aside class=${`facets scroll${isReady ? "" : " unseen"}`} aria-label="Facets" tabindex="-1">
    ${facets[0]}<${Status} failed=${failed} completed=${completed} />${facets.slice(1)}</aside>`;
}

/** @param {{facet: typeof FACETS[number], answer: import("../answers.js").Answer<any>}} props */
function Facet({ facet: [name, , title, most], answer: { value, isOld } }) {
  if (!value) return null;
  /** @type {{key: string | null, events: number}[]} */
  const items = value.items.filter((/** @type {{key: string | null}} */ { key }) => key !== null).slice(0, most);
  const chosen = filters.value.filter((one) => one.name === name && !items.some(({ key }) => key === one.value));
  if (!items.length && !chosen.length) return null;
  return html`<section class=${isOld ? "old" : ""}><h3>${title}</h3><ul>
    ${items.map(({ key, events }) => html`<${Row} key=${key} name=${name} value=${key} events=${events} />`)}
    ${chosen.map((one) => html`<${Row} key=${one.value} name=${name} value=${one.value} events=${0} />`)}
    ${value.groups > items.length + 1 && html`<li class="rest dim">${count(value.groups - items.length)} more by the filter box</li>`}
  </ul></section>`;
}

/** @param {{failed: number | undefined, completed: number | undefined}} props */
const Status = ({ failed, completed }) => html`<section><h3>Status</h3><ul>
  <${Row} name="status" value="ok" label="completed" events=${completed} />
  <${Row} name="status" value="error" label="failed" events=${failed} />
</ul></section>`;

/** @param {{name: string, value: string, label?: string, events: number | undefined}} props */
function Row({ name, value, label = value, events }) {
  const isOn = hasFilter(filters.value, { name, value });
  return html`<li><button type="button" aria-pressed=${isOn ? "true" : "false"} onClick=${() => toggleFilter({ name, value })}>
    ${name === "type" && html`<${Glyph} type=${value} />`}
    <span class="cut grow" title=${label.length > 18 ? label : undefined}>${label}</span><span class="num" title=${exact(events)}>${count(events)}</span></button>
    ${!isOn && name !== "status" && html`<button type="button" class="exclude" title="Exclude" aria-label=${`Exclude ${label}`} onClick=${() => toggleFilter({ name: `not_${name}`, value })}><${Icon} name="minus" size=${12} /></button>`}</li>`;
}
