/** Every way through a trace without a mouse. */

import { ask } from "./api.js";
import { useKeys } from "./keyboard.js";
import { project } from "./state.js";

const CLOSER = 0.5;

/**
 * @param {{view: import("./trace-view.js").TraceView, here: number, choose: (row: number) => void, step: (rows: readonly number[], by: number) => void,
 *   input: {current: HTMLInputElement | null}, isOpen: boolean, setOpen: (isOpen: boolean) => void, shown: "waterfall" | "graph" | "transcript"}} of
 */
export function useTraceKeys({ view, here, choose, step, input, isOpen, setOpen, shown }) {
  const { trace } = view;
  /** @param {number} by */
  const move = (by) => {
    const rows = view.shown.peek();
    const place = Math.min(rows.length - 1, Math.max(0, view.placeOf(here) + by));
    choose(/** @type {number} */ (rows[place]));
  };
  const left = () => {
    const parent = trace.parent[here] ?? -1;
    if (trace.hasChildren(here) && !view.folded[here]) view.fold(here, true);
    else if (parent >= 0) choose(parent);
  };
  const right = () => {
    if (view.folded[here]) view.fold(here, false);
    else if (trace.hasChildren(here)) choose(here + 1);
  };
  const page = () => Math.max(1, Math.floor((document.querySelector(".spans")?.clientHeight ?? 400) / 27) - 2);
  const at = () => trace.start[here] ?? 0;
  const copyJson = async () => {
    const event = await ask(`/events/${encodeURIComponent(trace.idOf(here))}`, { project_id: project.peek()?.id });
    await navigator.clipboard.writeText(JSON.stringify(event, null, 2));
  };
  /** @type {import("./keyboard.js").Binding[]} */
  const ofTree = [
    { keys: "j", does: "Next span", run: () => move(1) },
    { keys: "ArrowDown", does: "Next span", run: () => move(1) },
    { keys: "k", does: "Span before", run: () => move(-1) },
    { keys: "ArrowUp", does: "Span before", run: () => move(-1) },
    { keys: "PageDown", does: "A page down", run: () => move(page()) },
    { keys: "PageUp", does: "A page up", run: () => move(-page()) },
    { keys: "Home", does: "First span", run: () => move(-Infinity) },
    { keys: "End", does: "Last span", run: () => move(Infinity) },
    { keys: "ArrowLeft", does: "Fold, or to its parent", run: left },
    { keys: "ArrowRight", does: "Unfold, or into it", run: right },
    { keys: "Shift+ArrowLeft", does: "Fold siblings", run: () => view.foldSiblings(here, true) },
    { keys: "Shift+ArrowRight", does: "Unfold siblings", run: () => view.foldSiblings(here, false) },
    { keys: "/", does: "Find", run: () => input.current?.select() },
    { keys: "n", does: "Next match", run: () => step(view.found.peek(), 1) },
    { keys: "Shift+N", does: "Match before", run: () => step(view.found.peek(), -1) },
    { keys: "e", does: "Next failure", run: () => step(trace.failures, 1) },
    { keys: "Shift+E", does: "Failure before", run: () => step(trace.failures, -1) },
    { keys: "p", does: "Critical path", run: () => { view.isPathShown.value = !view.isPathShown.peek(); } },
    { keys: "+", does: "Closer in time", run: () => view.zoom(CLOSER, at()) },
    { keys: "-", does: "Further in time", run: () => view.zoom(1 / CLOSER, at()) },
    { keys: "0", does: "The whole time", run: () => view.zoomOut() },
  ];
  /** @type {import("./keyboard.js").Binding[]} */
  const ofSpan = [
    { keys: "Enter", does: "Into its detail", run: (event) => {
      if (event.target instanceof HTMLElement && event.target.closest("button, a, select")) return event.target.click();
      setOpen(true);
      /** @type {HTMLElement | null} */ (document.querySelector(".detail"))?.focus();
      return undefined;
    } },
    { keys: "Escape", does: "Back from it", run: () => {
      if (isOpen) setOpen(false);
      /** @type {HTMLElement | null} */ (document.querySelector(`#span-${here}, .node.on`))?.focus();
    } },
    { keys: "c", does: "Copy as JSON", run: () => void copyJson() },
    { keys: "l", does: "Copy link", run: () => void navigator.clipboard.writeText(location.href) },
  ];
  useKeys("Trace", shown === "waterfall" ? [...ofTree, ...ofSpan] : shown === "graph" ? ofSpan : []);
}
