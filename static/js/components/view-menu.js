/** Views: what was saved under a name, the way to save what is shown, to change it and to take it away. */

import { useState } from "../../vendor/hooks.js";
import { signal } from "../../vendor/signals.js";
import { html } from "../html.js";
import { pageAt } from "../pages.js";
import { address, go } from "../router.js";
import { useSaved } from "../saved.js";
import { project } from "../state.js";
import { hrefOf, isSame, viewIn, viewOf, viewWords } from "../views.js";
import { Icon } from "./icon.js";
import { Popup } from "./popup.js";
import { say, sayFault } from "./toast.js";

/** @typedef {import("../views.js").View} View */
/** @typedef {import("../views.js").SavedView} SavedView */

const LONGEST_NAME = 80;
const PROPOSED = 60;

/** The view that was opened last: what is shown now may be a change of it. */
const openedId = signal("");

export function ViewMenu() {
  const saved = useSaved("view");
  const now = viewOf(address.value);
  const items = (saved.items ?? []).flatMap((item) => (viewIn(item.content) ? [item] : []));
  const here = items.find((item) => isSame(now, seen(item)));
  const opened = here ?? items.find((item) => item.id === openedId.value && seen(item).path === now.path);
  return html`<${Popup} class="views" role="dialog" name=${here ? `Views: ${here.name}` : "Views"} label=${html`<${Icon} name="view" size=${14} /><span class="cut wide">${here ? here.name : "Views"}</span>`}>
    ${(/** @type {() => void} */ close) => html`
      ${saved.fault && !saved.items && html`<p class="bad small">${saved.fault.message}</p>`}
      ${items.length > 0 && html`<ul aria-label="Saved views">${items.map((item) => html`<${Row} key=${item.id} item=${item} isHere=${item === here} saved=${saved}
        open=${() => { openedId.value = item.id; close(); go(hrefOf(seen(item), project.value?.id)); }} />`)}</ul>`}
      ${saved.items && !items.length && html`<p class="dim none">A view keeps this page’s filter, range and order under a name, for everybody of this project.</p>`}
      ${here ? html`<p class="dim small here">This is “${here.name}”.</p>` : html`<${Save} now=${now} opened=${opened} saved=${saved} close=${close} />`}`}
  <//>`;
}

/** @param {SavedView} item */
const seen = (item) => /** @type {View} */ (viewIn(item.content));

/** @param {{item: SavedView, isHere: boolean, open: () => void, saved: import("../saved.js").Saved<View>}} props */
function Row({ item, isHere, open, saved }) {
  const remove = async () => {
    try {
      await saved.remove(item.id);
      say(`The view “${item.name}” is deleted.`, () => void saved.save(item.name, item.content).catch((fault) => sayFault(fault)));
    } catch (fault) {
      sayFault(fault, `“${item.name}” is still there`);
    }
  };
  const view = seen(item);
  return html`<li><a class="item" href=${hrefOf(view, project.value?.id)} aria-current=${isHere ? "true" : undefined} onClick=${(/** @type {MouseEvent} */ click) => {
    if (click.metaKey || click.ctrlKey || click.shiftKey) return;
    click.preventDefault();
    open();
  }}><span class="cut">${item.name}</span><span class="dim small cut">${[pageAt(view.path)?.page.title, viewWords(view)].filter(Boolean).join(" · ")}</span></a>
    <button type="button" class="off" aria-label=${`Delete the view ${item.name}`} onClick=${remove}><${Icon} name="x" size=${12} /></button></li>`;
}

/** @param {{now: View, opened: SavedView | undefined, saved: import("../saved.js").Saved<View>, close: () => void}} props */
function Save({ now, opened, saved, close }) {
  const [name, setName] = useState(viewWords(now).slice(0, PROPOSED));
  const [fault, setFault] = useState("");
  /** @param {string} as @param {string} [id] */
  const keep = async (as, id) => {
    try {
      openedId.value = (await saved.save(as, now, id)).id;
      close();
    } catch (refusal) {
      setFault(/** @type {Error} */ (refusal).message);
    }
  };
  return html`<form onSubmit=${(/** @type {Event} */ event) => { event.preventDefault(); if (name.trim()) void keep(name.trim()); }}>
    ${opened && html`<button type="button" class="btn update" onClick=${() => keep(opened.name, opened.id)}><span class="cut">Update “${opened.name}”</span></button>`}
    <label><span class="sr">Name of the view</span><input class="field" value=${name} maxlength=${LONGEST_NAME} placeholder="Name of the view" onInput=${(/** @type {any} */ event) => setName(event.target.value)} /></label>
    <button class="btn" disabled=${!name.trim()} title=${name.trim() ? undefined : "Give it a name first"}>Save view</button>
    ${fault && html`<p class="bad small" role="alert">${fault}</p>`}
  </form>`;
}
