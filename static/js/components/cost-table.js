/** Each group that spent something: its share, what it was before, what a request of it costs. Every line opens its requests. */

import { each, nameOf } from "../costs.js";
import { change, count, exact, percent } from "../format.js";
import { html } from "../html.js";
import { useKeys } from "../keyboard.js";
import { toEvents, toSession } from "../links.js";
import { dollars } from "../money.js";
import { amend, linkHere } from "../router.js";
import { Skeleton } from "./states.js";

const USUAL = "cost_usd";
/** @type {readonly {title: string, sort: string, look: string, says?: string}[]} */
const COLUMNS = [
  { title: "Cost", sort: "cost_usd", look: "" },
  { title: "Share", sort: "", look: "share", says: "of all that was spent" },
  { title: "Change", sort: "change", look: "moved" },
  { title: "A request", sort: "each", look: "mid", says: "on average" },
  { title: "Requests", sort: "requests", look: "low" },
  { title: "Tokens in", sort: "input_tokens", look: "mid" },
  { title: "Cached", sort: "cache_read_tokens", look: "wide-only", says: "share of the input that was read from a cache" },
  { title: "Tokens out", sort: "output_tokens", look: "wide-only" },
];

/** @typedef {import("../costs.js").SpentItem} SpentItem */

/**
 * @param {{answer: import("../answers.js").Answer<import("../costs.js").Costs>, group: import("../costs.js").Group, sort: string, order: string, against: string, chosen: Record<string, string[]>}} props
 */
export function CostTable({ answer, group, sort, order, against, chosen }) {
  useKeys("Table", [
    { keys: "j", does: "Next line", run: () => step(1) },
    { keys: "k", does: "Previous line", run: () => step(-1) },
  ]);
  const { value } = answer;
  if (!value) return html`<div class="pad"><${Skeleton} lines=${8} /></div>`;
  const all = value.total.cost_usd ?? 0;
  /** @param {SpentItem} item */
  const href = (item) => (group.by === "session" && item.key !== null ? toSession(item.key) : item.key === null ? "" : toEvents({ ...chosen, [group.filter]: item.key, type: "model_response" }));
  return html`<div class=${`pad${answer.isOld ? " old" : ""}`}><table class="list spent"><caption class="sr">What was spent by ${group.title.toLowerCase()}, against ${against}</caption>
    <thead><tr><${Head} title=${group.title} figure="key" sort=${sort} order=${order} />
      ${COLUMNS.map((column) => html`<${Head} key=${column.title} title=${column.title} figure=${column.sort} sort=${sort} order=${order} look=${`num ${column.look}`} says=${column.title === "Change" ? `against ${against}` : column.says} />`)}</tr></thead>
    <tbody>${value.items.map((item) => html`<${Line} key=${`${item.key} ${item.version}`} item=${item} name=${nameOf(item, group)} href=${href(item)} all=${all} />`)}</tbody></table>
    ${group.by === "tag" && html`<p class="dim small aside">A request counts under each of its tags, so the shares may add up to more than the whole.</p>`}</div>`;
}

/** @param {{title: string, figure: string, sort: string, order: string, look?: string, says?: string | undefined}} props */
const Head = ({ title, figure, sort, order, look = "", says }) => html`<th scope="col" class=${look} title=${says} aria-sort=${figure && figure === sort ? (order === "asc" ? "ascending" : "descending") : undefined}>
  ${figure ? html`<button type="button" onClick=${() => sortBy(figure, sort, order)}>${title}${figure === sort && html`<i aria-hidden="true">${order === "asc" ? "↑" : "↓"}</i>`}</button>` : title}</th>`;

/** Names begin with the first letter, figures with the most. @param {string} figure @param {string} sort @param {string} order */
function sortBy(figure, sort, order) {
  const usual = figure === "key" ? "asc" : "desc";
  const other = usual === "asc" ? "desc" : "asc";
  amend({ sort: figure === USUAL ? null : figure, order: figure === sort && order === usual ? other : null });
}

/** @param {{item: SpentItem, name: string, href: string, all: number}} props */
function Line({ item, name, href, all }) {
  const share = all && item.cost_usd !== null ? item.cost_usd / all : null;
  const moved = change(item.cost_usd, item.before.cost_usd, { worse: true });
  const label = html`<span class="cut">${name}</span>${item.version !== null && html`<span class="badge">${item.version}</span>`}`;
  return html`<tr>
    <th scope="row">${href ? html`<a class="plain whole" href=${href} title=${name}>${label}</a>` : html`<span class="whole soft">${label}</span>`}</th>
    <td class="num cost" title=${item.unpriced ? `${exact(item.unpriced)} requests have no known price` : String(item.cost_usd ?? "")}>${dollars(item.cost_usd)}${item.unpriced > 0 && item.cost_usd !== null ? html`<span class="dim" title=${`and ${exact(item.unpriced)} requests without a price`}>+</span>` : ""}</td>
    ${item.cost_usd === null ? html`<td class="num share"><a href=${linkHere({ view: "unpriced" })}>add a price</a></td>` : html`<td class="num share"><span class="gauge" aria-hidden="true"><i style=${{ width: `${Math.min(100, (share ?? 0) * 100)}%` }}></i></span><span>${percent(share)}</span></td>`}
    <td class=${`num moved${moved.isWorse ? " worse" : ""}`} title=${`before: ${dollars(item.before.cost_usd)}`}>${moved.text}</td>
    <td class="num mid">${item.cost_usd === null ? "" : dollars(each(item))}</td>
    <td class="num low" title=${exact(item.requests)}>${count(item.requests)}</td>
    <td class="num mid" title=${exact(item.input_tokens)}>${count(item.input_tokens)}</td>
    <td class="num wide-only" title=${exact(item.cache_read_tokens)}>${item.cache_read_tokens ? percent(item.cache_read_tokens / item.input_tokens) : ""}</td>
    <td class="num wide-only" title=${exact(item.output_tokens)}>${count(item.output_tokens)}</td></tr>`;
}

/** @param {number} by */
function step(by) {
  const links = [...document.querySelectorAll(".spent a.whole")];
  const at = links.indexOf(/** @type {Element} */ (document.activeElement));
  const next = links[at < 0 ? (by > 0 ? 0 : links.length - 1) : Math.min(links.length - 1, Math.max(0, at + by))];
  if (next instanceof HTMLElement) next.focus();
}
