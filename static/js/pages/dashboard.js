/** One dashboard: its tiles over the page's range and filter; arranged in place, kept by itself, every change with a way back. */

import { useEffect, useRef, useState } from "../../vendor/hooks.js";
import { MOST_TILES, movedTo, placed, plan, tilesOf } from "../dashboards.js";
import { html } from "../html.js";
import { useKeys } from "../keyboard.js";
import { toDashboards } from "../links.js";
import { address, amend } from "../router.js";
import { useSaved } from "../saved.js";
import { cellOf, DashboardGrid } from "../components/dashboard-grid.js";
import { FilterBar } from "../components/filter-bar.js";
import { Icon } from "../components/icon.js";
import { Page } from "../components/page.js";
import { RangePicker } from "../components/range-picker.js";
import { Empty, Failed, Skeleton } from "../components/states.js";
import { TileEditor } from "../components/tile-editor.js";

/** @typedef {import("../dashboards.js").Tile} Tile */
/** @typedef {{name: string, tiles: Tile[]}} Board */

const PATIENCE_MS = 500;
const MOST_UNDONE = 50;
const LONGEST_NAME = 100;

/** @param {{params: {dashboard: string}}} props */
export default function Dashboard({ params }) {
  const { items, fault } = useSaved("dashboard");
  const item = items?.find(({ id }) => id === params.dashboard);
  if (item) return html`<${Open} key=${item.id} item=${item} />`;
  return html`<${Page} class="dashboard" title="Dashboard"><div class="pad">${fault && !items ? html`<${Failed} fault=${fault} again=${() => location.reload()} />`
    : !items ? html`<${Skeleton} lines=${8} />`
    : html`<${Empty} title="This dashboard is not there any more."><p>Somebody removed it, or it belongs to another project. <a href=${toDashboards()}>All dashboards</a></p><//>`}</div><//>`;
}

/** @param {{item: import("../saved.js").Item}} props */
function Open({ item }) {
  const { board, change, undo, canUndo, state, again } = useBoard(item);
  const { query } = address.value;
  const isEditing = query.get("edit") === "yes";
  const chosen = board.tiles.find(({ id }) => id === query.get("tile"));
  const stop = () => amend({ edit: null, tile: null });
  /** @param {Tile[]} tiles */
  const arrange = (tiles) => change({ ...board, tiles });
  const at = chosen ? board.tiles.indexOf(chosen) : -1;
  /** @param {number} place @param {import("../dashboards.js").Plan} planned */
  const addAfter = (place, planned) => {
    if (board.tiles.length >= MOST_TILES) return;
    const tile = placed(board.tiles, planned);
    arrange(movedTo([...board.tiles, tile], tile.id, place + 1));
    amend({ edit: "yes", tile: tile.id });
  };
  const add = () => addAfter(board.tiles.length, plan("lines", "requests"));
  const leave = () => {
    const id = chosen?.id;
    amend({ tile: null }, { replace: true });
    if (id) cellOf(document.body, id)?.focus();
  };
  useKeys("Dashboard", [
    { keys: "e", does: isEditing ? "Done" : "Arrange the tiles", run: () => (isEditing ? stop() : amend({ edit: "yes" })) },
    ...(isEditing ? [{ keys: "a", does: "Add a tile", run: add }, { keys: "Ctrl+z", does: "Undo", run: undo }, { keys: "Escape", does: "Done", run: stop }] : []),
    { keys: "0", does: "The whole range", run: () => amend({ range: null, from: null, to: null }) },
  ]);
  return html`<${Page} class="dashboard" title=${board.name} isFixed bar=${html`<${RangePicker} />
      <button type="button" class="btn" aria-pressed=${isEditing ? "true" : "false"} onClick=${() => (isEditing ? stop() : amend({ edit: "yes" }))}>${isEditing ? "Done" : "Arrange"}</button>`}
    head=${isEditing ? html`<div class="fbar arrange">
        <label class="sr" for="dashboard-name">Name</label><input id="dashboard-name" class="field" value=${board.name} maxlength=${LONGEST_NAME} onInput=${(/** @type {any} */ event) => change({ ...board, name: event.target.value }, "name")} />
        <button type="button" class="btn" disabled=${board.tiles.length >= MOST_TILES} title=${board.tiles.length >= MOST_TILES ? `A dashboard has at most ${MOST_TILES} tiles` : undefined} onClick=${add}><${Icon} name="plus" size=${14} />Add a tile</button>
        <button type="button" class="btn quiet" disabled=${!canUndo} onClick=${undo}>Undo</button>
        <${Keeping} state=${state} again=${again} /></div>`
      : html`<div class="fbar"><${FilterBar} /></div>`}>
    <div class=${`board${isEditing && chosen ? " with-editor" : ""}`}>
      <div class="scroll" tabindex="-1">${board.tiles.length === 0 ? html`<div class="pad"><${Empty} title="Nothing on this dashboard yet.">
          <p>Each tile shows a metric, split by a property and filtered as you like. Charts on Overview have a + that adds them here.</p>
          <p><button type="button" class="btn solid" onClick=${add}>Add a tile</button></p><//></div>`
        : html`<${DashboardGrid} tiles=${board.tiles} isEditing=${isEditing} chosen=${isEditing ? chosen?.id ?? "" : ""} edit=${(/** @type {string} */ id) => amend({ tile: id }, { replace: Boolean(chosen) })} change=${arrange} />`}</div>
      ${isEditing && chosen && html`<${TileEditor} key=${chosen.id} tile=${chosen} close=${leave}
        change=${(/** @type {Tile} */ tile, /** @type {string} */ field) => change({ ...board, tiles: board.tiles.map((one) => (one.id === tile.id ? tile : one)) }, field)}
        move=${{ earlier: at > 0 ? () => arrange(movedTo(board.tiles, chosen.id, at - 1)) : null, later: at < board.tiles.length - 1 ? () => arrange(movedTo(board.tiles, chosen.id, at + 1)) : null }}
        copy=${() => addAfter(at, chosen)}
        remove=${() => { arrange(board.tiles.filter(({ id }) => id !== chosen.id)); amend({ tile: null }, { replace: true }); }} />`}
    </div>
  <//>`;
}

/** @param {{state: string | Error, again: () => void}} props */
const Keeping = ({ state, again }) => (state instanceof Error
  ? html`<span class="bad" role="alert">Not saved: ${state.message}</span><button type="button" class="btn tiny" onClick=${again}>Try again</button>`
  : html`<span class="dim small" role="status">${state}</span>`);

/** The board as it is being changed. It is kept once nothing changed for a moment, and when the reader goes. @param {import("../saved.js").Item} item */
function useBoard(item) {
  const { save } = useSaved("dashboard");
  const [board, setBoard] = useState(/** @type {Board} */ ({ name: item.name, tiles: tilesOf(item.content) }));
  const [before, setBefore] = useState(/** @type {Board[]} */ ([]));
  const [state, setState] = useState(/** @type {string | Error} */ ("Changes are kept by themselves"));
  const unsaved = useRef(/** @type {Board | null} */ (null));
  const timer = useRef(0);
  const queue = useRef(Promise.resolve()); // one after the other: the last to be sent is the last to arrive
  const typedIn = useRef("");
  const keep = async () => {
    const now = unsaved.current;
    if (!now) return;
    unsaved.current = null;
    try {
      await save(now.name.trim() || "Dashboard", { tiles: now.tiles }, item.id);
      if (!unsaved.current) setState("Saved");
    } catch (fault) {
      unsaved.current ??= now;
      setState(/** @type {Error} */ (fault));
    }
  };
  const latest = useRef(keep);
  latest.current = keep;
  const keepSoon = () => {
    queue.current = queue.current.then(() => latest.current());
  };
  useEffect(() => {
    const leaving = () => {
      clearTimeout(timer.current);
      keepSoon();
    };
    document.addEventListener("visibilitychange", leaving);
    return () => {
      document.removeEventListener("visibilitychange", leaving);
      leaving();
    };
  }, []);
  /** @param {Board} next */
  const show = (next) => {
    setBoard(next);
    unsaved.current = next;
    setState("Saving");
    clearTimeout(timer.current);
    timer.current = setTimeout(keepSoon, PATIENCE_MS);
  };
  return {
    board,
    state,
    canUndo: before.length > 0,
    /** @param {Board} next @param {string} [field]  what is being typed in: it is one change, however long */
    change: (next, field = "") => {
      if (!field || field !== typedIn.current) setBefore([...before.slice(-MOST_UNDONE), board]);
      typedIn.current = field;
      show(next);
    },
    undo: () => {
      typedIn.current = "";
      const last = before.at(-1);
      if (!last) return;
      setBefore(before.slice(0, -1));
      show(last);
    },
    again: keepSoon,
  };
}
