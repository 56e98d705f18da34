/** Above the waterfall: find, the next failure, the critical path, how deep. */

import { plural, count } from "../format.js";
import { html } from "../html.js";
import { Glyph, Icon } from "./icon.js";

const DEEPEST_CHOICE = 6;

/**
 * @param {{view: import("../trace-view.js").TraceView, here: number, step: (rows: readonly number[], by: number) => void,
 *   input: {current: HTMLInputElement | null}}} props
 */
export function TraceTools({ view, here, step, input }) {
  const { trace } = view;
  const found = view.found.value;
  const sought = view.sought.value;
  const place = found.indexOf(here);
  /** @param {KeyboardEvent} event */
  const keys = (event) => {
    if (event.key === "Enter") step(found, event.shiftKey ? -1 : 1);
    else if (event.key === "Escape") {
      if (sought) view.sought.value = "";
      else input.current?.blur();
    } else return;
    event.preventDefault();
  };
  const failures = trace.failures.length;
  const at = trace.failures.indexOf(here);
  return html`<div class="tools">
    <label class="field find"><${Icon} name="search" size=${14} /><input ref=${input} value=${sought} placeholder="Find a span" aria-label="Find in this trace" spellcheck=${false} autocomplete="off"
      onInput=${(/** @type {any} */ event) => { view.sought.value = event.target.value; }} onKeyDown=${keys} />
      ${sought ? html`<span class="num small dim" role="status">${found.length ? `${place >= 0 ? `${count(place + 1)} of ` : ""}${count(found.length)}` : "none"}</span>` : html`<kbd class="wide">/</kbd>`}</label>
    ${found.length > 0 && html`<button type="button" class="btn quiet icon" aria-label="Match before" title="Match before (N)" onClick=${() => step(found, -1)}><${Icon} name="up" /></button>
      <button type="button" class="btn quiet icon" aria-label="Next match" title="Next match (n)" onClick=${() => step(found, 1)}><${Icon} name="chev" /></button>`}
    ${failures > 0 && html`<button type="button" class="btn quiet failures" title="Next failure (e)" onClick=${() => step(trace.failures, 1)}><${Glyph} type="error" failed />
      <span class="wide">${plural(failures, "failure")}</span><span class="phone">${at >= 0 ? `${at + 1} of ${failures}` : failures}</span> <kbd class="wide">e</kbd></button>`}
    <button type="button" class="btn quiet wide" aria-pressed=${view.isPathShown.value ? "true" : "false"} title="What the whole had to wait for (p)" onClick=${() => { view.isPathShown.value = !view.isPathShown.value; }}>Critical path</button>
    <span class="grow"></span>
    <label class="pick quiet wide"><span class="sr">Depth</span><select onChange=${(/** @type {any} */ event) => view.foldFrom(Number(event.target.value) || Infinity)}>
      <option value="">All levels</option>
      ${Array.from({ length: Math.min(DEEPEST_CHOICE, trace.deepest) }, (_, depth) => html`<option key=${depth} value=${depth + 1}>${plural(depth + 1, "level")}</option>`)}</select><${Icon} name="chev" size=${12} /></label>
  </div>`;
}
