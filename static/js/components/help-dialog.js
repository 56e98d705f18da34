/** The keys of what is on the screen, on `?`. */

import { useEffect, useRef } from "../../vendor/hooks.js";
import { html } from "../html.js";
import { active, isOn, switchKeys, useKeys } from "../keyboard.js";

/** @type {Record<string, string>} */
const SPELLED = { ArrowDown: "↓", ArrowUp: "↑", ArrowLeft: "←", ArrowRight: "→", "Shift+ArrowLeft": "⇧ ←", "Shift+ArrowRight": "⇧ →", Enter: "↵", Escape: "esc", " ": "space", "Ctrl+k": "Ctrl K" };

export function HelpDialog() {
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useKeys("Everywhere", [{ keys: "?", does: "These keys", run: () => dialog.current?.showModal() }]);
  useEffect(() => {
    const { current } = dialog;
    /** @param {MouseEvent} click */
    const outside = (click) => {
      if (click.target === current) current?.close();
    };
    current?.addEventListener("click", outside);
    return () => current?.removeEventListener("click", outside);
  }, []);
  return html`<dialog class="dialog keys" ref=${dialog} aria-labelledby="keys-title">
    <header><h2 id="keys-title">Keys</h2><span class="grow"></span>
      <label><input type="checkbox" checked=${isOn.value} onChange=${(/** @type {Event} */ event) => switchKeys(/** @type {HTMLInputElement} */ (event.target).checked)} /> Single keys act</label></header>
    <div class="columns">${gathered().map(([title, bindings]) => html`<section key=${title}><h3>${title}</h3><dl>
      ${[...Map.groupBy(bindings, ({ does }) => does)].map(([does, same]) => html`<div key=${does}>
        <dt>${[...new Set(same.flatMap(({ keys }) => keys.split(keys === " " ? "" : " ")))].map((key) => html`<kbd key=${key}>${SPELLED[key] ?? key.replace("Shift+", "⇧ ")}</kbd> `)}</dt><dd>${does}</dd></div>`)}
    </dl></section>`)}</div>
    <form method="dialog"><button class="btn" autofocus>Close</button></form>
  </dialog>`;
}

/** @returns {[string, import("../keyboard.js").Binding[]][]} */
function gathered() {
  /** @type {Map<string, import("../keyboard.js").Binding[]>} */
  const by = new Map();
  for (const { title, bindings } of active.value) by.set(title, [...(by.get(title) ?? []), ...bindings]);
  return [...by];
}
