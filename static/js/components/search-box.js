/** The box of the search from anywhere: a filter that leads to where such things are listed. */

import { useLayoutEffect, useRef, useState } from "../../vendor/hooks.js";
import { filterParams } from "../filters.js";
import { html } from "../html.js";
import { go, linkTo } from "../router.js";
import { FilterBox } from "./filter-box.js";
import { rangeChanges } from "./filter-readings.js";

/** @param {{close: () => void}} props */
export function SearchBox({ close }) {
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
  const input = useRef(/** @type {HTMLInputElement | null} */ (null));
  const [filters, setFilters] = useState(/** @type {import("../filters.js").Filter[]} */ ([]));
  useLayoutEffect(() => {
    dialog.current?.showModal();
    input.current?.focus();
  }, []);
  /** @param {import("./filter-box.js").Wanted} wanted */
  const apply = ({ filters: next, when, page, sort }) => {
    const isMore = next.length > filters.length || when || page || sort;
    setFilters(next);
    if (!isMore) return;
    dialog.current?.close();
    go(linkTo(page || "/events", { ...filterParams(next), ...rangeChanges(when), ...(sort ? { sort } : {}) }));
  };
  return html`<dialog class="palette search" ref=${dialog} aria-label="Search" onClose=${close} onClick=${(/** @type {Event} */ event) => { if (event.target === dialog.current) dialog.current?.close(); }}>
    <${FilterBox} filters=${filters} apply=${apply} box=${input} hint="Search the events, in words or as model:gpt-4o  “refund”" leave=${() => dialog.current?.close()} />
  </dialog>`;
}
