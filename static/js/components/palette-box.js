/** The box of the palette: what is typed, and where it leads, best first. */

import { useEffect, useLayoutEffect, useRef, useState } from "../../vendor/hooks.js";
import { actions, dashboardDestinations, fit, idIn, linkDestination, named, pageDestinations, projectDestinations, recentDestinations, searchDestination, viewDestinations } from "../destinations.js";
import { html } from "../html.js";
import { recent } from "../recent.js";
import { address } from "../router.js";
import { useSaved } from "../saved.js";
import { project, projects } from "../state.js";
import { Icon } from "./icon.js";

/** @typedef {import("../destinations.js").Destination} Destination */

const MOST = 12;
const MOST_RECENT = 5;
const PATIENCE_MS = 150;

/** @param {{begun: string, close: () => void}} props  `begun`: what was typed before the box was there */
export function PaletteBox({ begun, close }) {
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
  const [typed, setTyped] = useState(begun);
  const [at, setAt] = useState(0);
  const text = typed.trim();
  const { found, isLooking } = useNamed(text);
  const shown = useDestinations(text, found);
  const here = Math.min(at, shown.length - 1);
  useLayoutEffect(() => dialog.current?.showModal(), []);
  useEffect(() => {
    dialog.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [here]);
  /** @param {Destination | undefined} one */
  const take = (one) => {
    if (!one) return;
    dialog.current?.close();
    one.run();
  };
  /** @param {KeyboardEvent} event */
  const keys = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && shown.length) setAt((here + step + shown.length) % shown.length);
    else if (event.key === "Enter") take(shown[here]);
    else if (event.key === "Escape" && typed) setTyped("");
    else return;
    event.preventDefault();
  };
  return html`<dialog class="palette" ref=${dialog} aria-label="Go to anything" onClose=${close} onClick=${(/** @type {Event} */ event) => { if (event.target === dialog.current) dialog.current?.close(); }}>
    <div class="field"><${Icon} name="search" size=${16} />
      <input value=${typed} placeholder="Go to a page, a dashboard, or the id of anything" aria-label="Go to" role="combobox" aria-expanded="true" aria-controls="destinations" aria-autocomplete="list"
        aria-activedescendant=${shown.length ? `destination-${here}` : undefined} autocomplete="off" autocapitalize="off" spellcheck=${false} autofocus
        onInput=${(/** @type {any} */ event) => { setTyped(event.target.value); setAt(0); }} onKeyDown=${keys} /><kbd class="wide" aria-hidden="true">esc</kbd></div>
    <ul id="destinations" role="listbox" aria-label="Destinations">${shown.map((one, index) => html`<li key=${one.key} id=${`destination-${index}`} role="option" class="item" aria-selected=${index === here ? "true" : "false"}
      onPointerMove=${() => setAt(index)} onClick=${() => take(one)}><${Icon} name=${one.icon} /><span class="cut grow">${one.label}</span><span class="dim small cut">${one.note}</span><span class="kind dim small">${one.kind}</span></li>`)}</ul>
    ${shown.length === 0 && html`<p class="dim none" role="status">${isLooking ? "Looking for this id" : "Nothing here has this name."}</p>`}
  </dialog>`;
}

/** Without a word: what was opened last, then everything at hand. With one: what answers it best. @param {string} text @param {readonly Destination[]} found @returns {Destination[]} */
function useDestinations(text, found) {
  const dashboards = dashboardDestinations(useSaved("dashboard").items ?? []);
  const views = viewDestinations(useSaved("view").items ?? [], project.value?.id);
  const others = projectDestinations(projects.value, project.value?.id);
  const before = recentDestinations(recent.value, project.value?.id, address.value.path);
  if (!text) return once([...before.slice(0, MOST_RECENT), ...pageDestinations(), ...dashboards, ...views, ...others]);
  const link = linkDestination(text);
  if (link.length) return link;
  const all = [...pageDestinations(), ...dashboards, ...views, ...before, ...others, ...actions()];
  const fitting = all.map((one) => ({ one, score: Math.max(fit(one.label, text), fit(`${one.kind} ${one.label}`, text) - 1) })).filter(({ score }) => score > 0);
  const best = fitting.sort((a, b) => b.score - a.score).slice(0, MOST).map(({ one }) => one);
  return once([...found, ...best, ...searchDestination(text)]);
}

/** @param {readonly Destination[]} all */
const once = (all) => [...new Map([...all].reverse().map((one) => [one.key, one])).values()].reverse();

/** What has the id that was typed, once nobody types for a moment. @param {string} text @returns {{found: Destination[], isLooking: boolean}} */
function useNamed(text) {
  const [answer, setAnswer] = useState({ id: "", found: /** @type {Destination[]} */ ([]) });
  const id = idIn(text);
  const of = project.value?.id ?? "";
  useEffect(() => {
    if (!id || !of) return undefined;
    const control = new AbortController();
    const timer = setTimeout(() => void named(id, of, control.signal).then((found) => {
      if (!control.signal.aborted) setAnswer({ id, found });
    }), PATIENCE_MS);
    return () => {
      clearTimeout(timer);
      control.abort();
    };
  }, [id, of]);
  return { found: id && answer.id === id ? answer.found : [], isLooking: Boolean(id) && answer.id !== id };
}
