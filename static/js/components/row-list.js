/** A list of rows that all have one height: only those in sight are in the document. Keys move, open and return to the newest. */

import { useEffect, useLayoutEffect, useRef, useState } from "../../vendor/hooks.js";
import { count } from "../format.js";
import { useFollowing } from "../following.js";
import { html } from "../html.js";
import { useKeys } from "../keyboard.js";
import { reveal, useWindow } from "../window.js";
import { Icon } from "./icon.js";
import { Skeleton } from "./states.js";

/** @typedef {{row: number, top: number, isHere: boolean, press: (click: MouseEvent) => void}} Place  what a row is told of its place */

/**
 * @template T
 * @typedef {{list: import("../cursor-list.js").CursorList<any>, title: string, one: string, height: number, isFollowing: boolean, concerns: (event: import("../events.js").Event) => boolean,
 *   head: unknown, row: (item: T, place: Place) => unknown, open: (item: T) => void, keys?: (item: T | undefined) => import("../keyboard.js").Binding[]}} Props
 * `one`: what an item is called. `concerns`: whether an event may change the list. `keys`: more keys, for the item the reader is at.
 */

/** @param {Props<any>} props */
export function RowList({ list, title, one, height, isFollowing, concerns, head, row, open, keys }) {
  list.version.value;
  const body = useRef(/** @type {HTMLDivElement | null} */ (null));
  const [here, setHere] = useState(-1);
  const moved = useRef(-1);
  const { items } = list;
  const [first, last] = useWindow(body, items.length, height);
  useFollowing(list, isFollowing, concerns, () => (body.current?.scrollTop ?? 0) > 4 || here > 0);
  useEffect(() => {
    if (list.isLoaded && last + 40 > items.length) void list.more();
  }, [last, items.length, list]);
  useLayoutEffect(() => {
    if (body.current) body.current.scrollTop = 0;
    setHere(-1);
  }, [list]);
  useEffect(() => {
    if (items.length && here >= items.length) setHere(items.length - 1);
  }, [items.length]);
  useLayoutEffect(() => {
    reveal(body.current, here, height);
    const shown = body.current?.querySelector(`[data-row="${here}"]`);
    const hasMoved = moved.current !== here;
    moved.current = here;
    const isAtIt = document.activeElement === document.body || document.activeElement?.closest(".table");
    if ((hasMoved || isAtIt) && shown instanceof HTMLElement) shown.focus({ preventScroll: true });
  }, [here, items[here] && list.idOf(items[here])]);
  /** @param {number} by */
  const step = (by) => setHere((now) => Math.min(items.length - 1, Math.max(0, now + by)));
  const newest = () => {
    list.release();
    setHere(-1);
    body.current?.scrollTo(0, 0);
  };
  useKeys(title, [
    { keys: "j", does: `Next ${one}`, run: () => step(1) },
    { keys: "ArrowDown", does: `Next ${one}`, run: () => step(1) },
    { keys: "k", does: `${one[0]?.toUpperCase()}${one.slice(1)} before`, run: () => step(-1) },
    { keys: "ArrowUp", does: `${one[0]?.toUpperCase()}${one.slice(1)} before`, run: () => step(-1) },
    { keys: "Enter", does: "Open", run: (event) => {
      const control = event.target instanceof HTMLElement ? event.target.closest("button, a") : null;
      if (control instanceof HTMLElement) control.click();
      else if (here >= 0 && items[here]) open(items[here]);
    } },
    ...(isFollowing ? [{ keys: "t", does: "To the newest", run: newest }] : []),
    ...(keys?.(items[here]) ?? []),
  ]);
  /** @param {number} index */
  const press = (index) => (/** @type {MouseEvent} */ click) => {
    const isOnControl = click.target instanceof Element && click.target.closest("a, button, input, label");
    if (!isOnControl && !String(getSelection()) && items[index]) open(items[index]);
  };
  return html`<div class="table" role="table" aria-label=${title} aria-rowcount=${list.isWhole ? items.length + 1 : -1}>
    ${head}
    ${list.waiting.value > 0 && html`<button type="button" class="newer" onClick=${newest}><${Icon} name="up" size=${14} /><b>${count(list.waiting.value)} newer</b><span class="grow"></span><kbd class="wide">t</kbd></button>`}
    <div class="scroll rows" ref=${body} role="rowgroup" tabindex="-1">
      ${!list.isLoaded ? html`<div class="pad"><${Skeleton} lines=${14} /></div>`
        : html`<div class="all" role="presentation" style=${{ height: `${items.length * height}px` }}>
          ${items.slice(first, last).map((item, index) => row(item, { row: first + index, top: (first + index) * height, isHere: first + index === Math.max(0, here), press: press(first + index) }))}</div>`}
    </div>
  </div>`;
}
