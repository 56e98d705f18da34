/** The few that matter most, ruled lines, numbers in columns; every line opens what it stands for. */

import { html } from "../html.js";
import { Failed, Skeleton } from "./states.js";

/**
 * @param {{title: string, all?: {href: string, text: string}, heads: string[], answer: import("../answers.js").Answer<any>, nothing: string,
 *   rows: {key: string, href: string, label: unknown, title?: string, share?: number, cells: unknown[]}[]}} props  `share`: of the largest, as a bar
 */
export const TopList = ({ title, all, heads, answer, nothing, rows }) => html`<section class="top">
  <header><h2>${title}</h2>${all && rows.length > 0 && html`<a href=${all.href}>${all.text}</a>`}</header>
  ${answer.fault ? html`<${Failed} fault=${answer.fault} again=${answer.again} />`
    : answer.value === undefined ? html`<${Skeleton} lines=${5} />`
    : rows.length === 0 ? html`<p class="dim none">${nothing}</p>`
    : html`<table class=${`list${answer.isOld ? " old" : ""}`}><thead><tr>${heads.map((head, index) => html`<th scope="col" key=${head} class=${index ? "num" : ""}>${head}</th>`)}</tr></thead>
      <tbody>${rows.map(({ key, href, label, title: said, share, cells }) => html`<tr key=${key}><td class="cut"><a class="plain whole" href=${href} title=${said}>${label}${share !== undefined && html`<span class="share" aria-hidden="true"><i style=${{ width: `${share * 100}%` }}></i></span>`}</a></td>
        ${cells.map((cell, index) => html`<td class="num" key=${index}>${cell}</td>`)}</tr>`)}</tbody></table>`}
</section>`;
