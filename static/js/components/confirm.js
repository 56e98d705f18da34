/** Asks before what cannot be undone: says what happens and how much it touches; the safe choice has the focus. */

import { useEffect, useRef } from "../../vendor/hooks.js";
import { html } from "../html.js";

/** @param {{title: string, children?: unknown, safe: string, act: string, onAct: () => void, onClose: () => void}} props */
export function Confirm({ title, children, safe, act, onAct, onClose }) {
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return html`<dialog class="dialog confirm" ref=${dialog} aria-labelledby="confirm-title" onClose=${onClose}>
    <h2 id="confirm-title">${title}</h2>
    ${children}
    <form method="dialog"><button class="btn" autofocus>${safe}</button><button type="button" class="btn danger" onClick=${onAct}>${act}</button></form>
  </dialog>`;
}
