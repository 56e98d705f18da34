/** Who or what most of something is about: a name, how many, and how much of all that is; each opens its events. */

import { count, exact, percent } from "../format.js";
import { html } from "../html.js";
import { day, everyWay } from "../time.js";

const MOST = 10;

/**
 * @param {{title: string, shares: readonly import("../problems.js").Share[], total: number, href: (key: string) => string, all?: {href: string, text: string} | null, since?: boolean}} props
 * `total`: of which they are shares. `since`: say when each was first seen
 */
export function ShareList({ title, shares, total, href, all = null, since = false }) {
  if (!shares.length) return null;
  return html`<section class="shares" aria-label=${title}><header><h2>${title}</h2>${all && html`<a href=${all.href}>${all.text}</a>`}</header>
    <ul>${shares.slice(0, MOST).map(({ key, count: amount, first_seen: first }) => html`<li key=${key}><a class="plain" href=${href(key)} title=${`${exact(amount)} of ${exact(total)}`}>
      <span class="cut">${key}${since && html` <span class="dim small" title=${everyWay(first)}>since ${day(first)}</span>`}</span><span class="num">${count(amount)}</span><span class="num dim small">${total ? percent(amount / total) : ""}</span>
      <i class="track" aria-hidden="true"><i style=${{ width: `${total ? Math.min(100, (amount / total) * 100) : 0}%` }}></i></i></a></li>`)}</ul></section>`;
}
