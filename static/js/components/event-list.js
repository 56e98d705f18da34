/** The rows of a timeline: only those in sight are in the document. One may be open; its detail follows in place. */

import { useEffect, useLayoutEffect, useRef, useState } from "../../vendor/hooks.js";
import { html } from "../html.js";
import { EventDetail } from "./event-detail.js";
import { EventHead, EventRow } from "./event-row.js";
import { Icon } from "./icon.js";
import { count } from "../format.js";

const OVERSCAN = 12;
const PHONE = matchMedia("(max-width: 767px)");
const rowHeight = () => (PHONE.matches ? 58 : 31);

/**
 * @param {{timeline: import("../timeline.js").Timeline, openId: string, here: number, open: (row: number) => void, select: (row: number) => void,
 *   newest: () => void, scrolled: (isAway: boolean) => void, why: string}} props  `why`: why new events wait
 */
export function EventList({ timeline, openId, here, open, newest, scrolled, why }) {
  timeline.version.value;
  const body = useRef(/** @type {HTMLDivElement | null} */ (null));
  const [view, setView] = useState({ top: 0, height: 900 });
  const [detailHeight, setDetailHeight] = useState(280);
  const height = rowHeight();
  const size = timeline.size;
  const openRow = openId ? timeline.rowOf(openId) : -1;
  const openEvent = openRow >= 0 ? timeline.at(openRow) : undefined;
  const extra = openEvent ? detailHeight : 0;
  /** @param {number} row */
  const topOf = (row) => row * height + (openRow >= 0 && row > openRow ? extra : 0);
  /** @param {number} y */
  const rowAt = (y) => Math.floor((openRow >= 0 && y > (openRow + 1) * height ? Math.max((openRow + 1) * height, y - extra) : y) / height);
  const first = Math.max(0, rowAt(view.top) - OVERSCAN);
  const last = Math.min(size, rowAt(view.top + view.height) + 1 + OVERSCAN);

  useEffect(() => timeline.need(first, last), [first, last, timeline, size]);
  useLayoutEffect(() => {
    const { current } = body;
    if (!current) return undefined;
    const look = () => setView((old) => (old.top === current.scrollTop && old.height === current.clientHeight ? old : { top: current.scrollTop, height: current.clientHeight }));
    const sizes = new ResizeObserver(look);
    sizes.observe(current);
    current.addEventListener("scroll", look, { passive: true });
    return () => {
      sizes.disconnect();
      current.removeEventListener("scroll", look);
    };
  }, []);
  const isAway = view.top > 4;
  useEffect(() => scrolled(isAway), [isAway]);
  useLayoutEffect(() => {
    if (body.current) body.current.scrollTop = 0;
  }, [timeline]);
  useLayoutEffect(() => {
    const { current } = body;
    if (!current || here < 0) return;
    const top = topOf(here);
    if (top < current.scrollTop) current.scrollTop = top;
    else if (top + height > current.scrollTop + current.clientHeight) current.scrollTop = top + height - current.clientHeight;
  }, [here]);
  useEffect(() => {
    const row = here >= 0 ? body.current?.querySelector(`[data-row="${here}"]`) : null;
    if (row instanceof HTMLElement && (document.activeElement === document.body || document.activeElement?.closest(".rows"))) row.focus({ preventScroll: true });
  }, [here, first]);

  const rows = [];
  for (let row = first; row < last; row += 1) {
    const event = timeline.at(row);
    rows.push(html`<${EventRow} key=${event?.eventId ?? row} event=${event} row=${row} top=${topOf(row)} isOpen=${row === openRow} isHere=${row === (here < 0 ? 0 : here)} open=${open} />`);
  }
  return html`<div class="table" role="treegrid" aria-label="Events, newest first" aria-rowcount=${timeline.isWhole ? size + 1 : -1}>
    <${EventHead} />
    ${timeline.waiting.value > 0 && html`<button type="button" class="newer" onClick=${newest}><${Icon} name="up" size=${14} /><b>${count(timeline.waiting.value)} newer</b>
      <span class="soft">${why}</span><span class="grow"></span><kbd class="wide">t</kbd></button>`}
    <div class="scroll rows" ref=${body} role="rowgroup" tabindex="-1">
      <div class="all" role="presentation" style=${{ height: `${size * height + extra}px` }}>
        ${rows}
        ${openEvent && html`<${EventDetail} key=${`detail ${openId}`} event=${openEvent} top=${(openRow + 1) * height} measured=${setDetailHeight} close=${() => open(openRow)} />`}
      </div>
    </div>
  </div>`;
}
