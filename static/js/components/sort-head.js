/** The head of a list: what stands in each column; those the API sorts by are buttons. */

import { html } from "../html.js";

/** @typedef {{title: string, look: string, sort?: string}} Column  `sort`: figure of the API */

/** @param {{columns: readonly Column[], sort: string, order: string, sortBy: (column: string) => void, before?: unknown}} props */
export const SortHead = ({ columns, sort, order, sortBy, before }) => html`<div class="xh" role="row">${before}
  ${columns.map(({ title, look, sort: figure }) => html`<span key=${title} class=${look} role="columnheader" aria-sort=${figure && figure === sort ? (order === "asc" ? "ascending" : "descending") : undefined}>
    ${figure ? html`<button type="button" onClick=${() => sortBy(figure)}>${title}${figure === sort && html`<i aria-hidden="true">${order === "asc" ? "↑" : "↓"}</i>`}</button>` : title}</span>`)}
</div>`;

/** What the address says after a press on a column: the other way round, or the first way of another one. @param {string} column @param {string} sort @param {string} order @param {string} usual  the column sorted by when nothing is said */
export const sortedBy = (column, sort, order, usual) => ({ sort: column === usual ? null : column, order: column === sort && order === "desc" ? "asc" : null });
