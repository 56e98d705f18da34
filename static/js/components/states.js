/** Nothing yet, nothing found, something wrong: each says why, and the way out. */

import { html } from "../html.js";
import { Glyph } from "./icon.js";

/** @param {{fault: Error & {hint?: string, requestId?: string}, again?: () => void}} props */
export const Failed = ({ fault, again }) => html`<div class="failed" role="alert">
  <${Glyph} type="error" failed />
  <div>
    <p><b>${fault.message}</b></p>
    ${fault.hint && html`<p class="soft">${fault.hint}</p>`}
    ${again && html`<p class="ways"><button type="button" class="btn" onClick=${again}>Try again</button></p>`}
    ${fault.requestId && html`<p class="dim small">Request ${fault.requestId}</p>`}
  </div>
</div>`;

/** @param {{title: string, children?: unknown}} props */
export const Empty = ({ title, children }) => html`<div class="empty"><h2>${title}</h2>${children}</div>`;

/** Lines in the places of what comes. @param {{lines?: number}} props */
export const Skeleton = ({ lines = 4 }) => html`<div class="skeleton" aria-hidden="true">
  ${Array.from({ length: lines }, (_, index) => html`<i style=${{ width: `${[92, 76, 84, 61, 88, 70][index % 6]}%` }}></i>`)}
</div>`;
