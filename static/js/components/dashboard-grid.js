/** The tiles in their grid; while they are arranged each is moved and resized by pointer or keys, and what it shows stands still. */

import { useEffect, useRef, useState } from "../../vendor/hooks.js";
import { changed, COLUMNS, movedTo, titleOf } from "../dashboards.js";
import { html } from "../html.js";
import { DashboardTile } from "./dashboard-tile.js";
import { Icon } from "./icon.js";

/** @typedef {import("../dashboards.js").Tile} Tile */
/** @typedef {{tiles: Tile[], isEditing: boolean, chosen: string, edit: (id: string) => void, change: (tiles: Tile[]) => void}} Props  `chosen`: the tile in the editor */

const NEAR = 5; // pixels a pointer may tremble

/** @param {Props} props */
export function DashboardGrid({ tiles, isEditing, chosen, edit, change }) {
  const grid = useRef(/** @type {HTMLDivElement | null} */ (null));
  const [draft, setDraft] = useState(/** @type {{tiles: Tile[], id: string} | null} */ (null));
  const [said, setSaid] = useState("");
  const shown = isEditing && draft ? draft.tiles : tiles;
  useEffect(() => {
    if (chosen) cellOf(grid.current, chosen)?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  /** @param {Tile[]} next @param {string} id */
  const apply = (next, id) => {
    const at = next.findIndex((tile) => tile.id === id);
    const one = next[at];
    setSaid(one ? `${titleOf(one)}: place ${at + 1} of ${next.length}, ${one.width} of ${COLUMNS} columns wide, ${one.height} high` : "Removed; Ctrl Z brings it back");
    change(next);
  };
  /** Its neighbour is where the reader goes on. @param {Tile} tile */
  const remove = (tile) => {
    const next = tiles.filter((one) => one !== tile);
    const neighbour = next[Math.min(tiles.indexOf(tile), next.length - 1)];
    apply(next, tile.id);
    if (neighbour) setTimeout(() => cellOf(grid.current, neighbour.id)?.focus(), 0);
  };
  /** @param {Tile} tile @param {KeyboardEvent} event */
  const keys = (tile, event) => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const next = keyed(tiles, tile, event);
    if (next) apply(next, tile.id);
    else if (event.key === "Delete" || event.key === "Backspace") remove(tile);
    else if (event.key === "Enter") edit(tile.id);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  /** @param {Tile} tile @param {PointerEvent} start */
  const drag = (tile, start) => {
    if (start.button !== 0 || !grid.current || (start.target instanceof Element && start.target.closest("button"))) return;
    const isGrip = start.target instanceof Element && start.target.closest(".grip") !== null;
    follow(grid.current, tile, start, isGrip, tiles, {
      at: (next) => setDraft({ tiles: next, id: tile.id }),
      end: (next) => {
        setDraft(null);
        if (next) apply(next, tile.id);
      },
    });
  };
  return html`<div class=${`tiles-grid${isEditing ? " arranging" : ""}`} ref=${grid}>
    ${shown.map((tile) => html`<div key=${tile.id} data-tile=${tile.id} class=${`cell of-${tile.shape} w${tile.width} h${tile.height}${draft?.id === tile.id ? " dragged" : ""}${chosen === tile.id ? " chosen" : ""}`}
        role=${isEditing ? "group" : undefined} aria-label=${isEditing ? titleOf(tile) : undefined} aria-describedby=${isEditing ? "arranging" : undefined} tabindex=${isEditing ? 0 : undefined}
        onKeyDown=${isEditing ? (/** @type {KeyboardEvent} */ event) => keys(tile, event) : undefined} onPointerDown=${isEditing ? (/** @type {PointerEvent} */ event) => drag(tile, event) : undefined}>
      <div class="cell-body" inert=${isEditing}><${DashboardTile} tile=${tile} /></div>
      ${isEditing && html`<div class="cell-ways">
        <button type="button" class="btn icon tiny" title="Change" aria-label=${`Change ${titleOf(tile)}`} onClick=${() => edit(tile.id)}><${Icon} name="settings" size=${14} /></button>
        <button type="button" class="btn icon tiny" title="Remove" aria-label=${`Remove ${titleOf(tile)}`} onClick=${() => remove(tile)}><${Icon} name="x" size=${14} /></button></div>
        <span class="grip" aria-hidden="true"></span>`}
    </div>`)}
    ${isEditing && html`<p id="arranging" class="sr">Arrows move it, with Shift they resize it, Enter changes it, Delete removes it.</p><p class="sr" role="status">${said}</p>`}
  </div>`;
}

/** @param {Tile[]} tiles @param {Tile} tile @param {KeyboardEvent} event @returns {Tile[] | null} */
function keyed(tiles, tile, { key, shiftKey }) {
  const at = tiles.indexOf(tile);
  const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[key];
  if (step && shiftKey) return changed(tiles, tile.id, key === "ArrowLeft" || key === "ArrowRight" ? { width: tile.width + step } : { height: tile.height + step });
  return step && at + step >= 0 && at + step < tiles.length ? movedTo(tiles, tile.id, at + step) : null;
}

/** @param {HTMLElement | null} grid @param {string} id @returns {HTMLElement | null} */
export const cellOf = (grid, id) => grid?.querySelector(`[data-tile="${CSS.escape(id)}"]`) ?? null;

/**
 * Until the pointer is let go: the tile goes where the pointer is, or grows to it. Escape leaves all as it was.
 * @param {HTMLElement} grid @param {Tile} tile @param {PointerEvent} start @param {boolean} isGrip @param {Tile[]} tiles
 * @param {{at: (tiles: Tile[]) => void, end: (tiles: Tile[] | null) => void}} tell
 */
function follow(grid, tile, start, isGrip, tiles, tell) {
  const box = /** @type {HTMLElement} */ (start.currentTarget).getBoundingClientRect();
  const [columns, rows] = [getComputedStyle(grid).gridTemplateColumns.split(" ").length, parseFloat(getComputedStyle(grid).gridAutoRows)];
  const across = grid.clientWidth / columns;
  const control = new AbortController();
  let now = tiles;
  let over = ""; // the tile under the pointer, which has made room already
  let isMoving = false;
  /** @param {PointerEvent} event */
  const move = (event) => {
    const [x, y] = [event.clientX - start.clientX, event.clientY - start.clientY];
    if (!isMoving && Math.hypot(x, y) < NEAR) return;
    isMoving = true;
    event.preventDefault();
    if (isGrip) now = changed(tiles, tile.id, { width: Math.max(1, Math.round((box.width + x) / across)) * (COLUMNS / columns), height: Math.max(1, Math.round((box.height + y) / rows)) });
    else {
      const under = document.elementsFromPoint(event.clientX, event.clientY).map((element) => element.closest("[data-tile]")).find((one) => one instanceof HTMLElement && one.dataset["tile"] !== tile.id);
      const id = under instanceof HTMLElement && grid.contains(under) ? under.dataset["tile"] ?? "" : "";
      if (id && id !== over) now = movedTo(now, tile.id, now.findIndex((one) => one.id === id));
      over = id;
    }
    tell.at(now);
  };
  /** @param {Tile[] | null} next */
  const end = (next) => {
    control.abort();
    tell.end(isMoving ? next : null);
  };
  const { signal } = control;
  addEventListener("pointermove", move, { signal });
  addEventListener("pointerup", () => end(now), { signal });
  addEventListener("pointercancel", () => end(null), { signal });
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    end(null);
  }, { signal, capture: true });
}
