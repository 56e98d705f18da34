/** What was just done, in a line, with one way back. It goes after six seconds unless somebody is at it; a failure stays until it is dismissed. */

import { useEffect, useState } from "../../vendor/hooks.js";
import { signal } from "../../vendor/signals.js";
import { html } from "../html.js";
import { useKeys } from "../keyboard.js";
import { Glyph, Icon } from "./icon.js";

const SHOWN_MS = 6000;

/** @typedef {{text: string, isFault: boolean, action: string, act: (() => void) | null}} Toast */

const toast = signal(/** @type {Toast | null} */ (null));

/** Say what was done; `act` does the action, which is to undo it unless named otherwise. @param {string} text @param {() => void} [act] @param {string} [action] */
export function say(text, act, action = "Undo") {
  toast.value = { text, isFault: false, action, act: act ?? null };
}

/** Say what could not be done. @param {unknown} fault @param {string} [what]  begins the sentence */
export function sayFault(fault, what = "") {
  const why = fault instanceof Error ? fault.message : String(fault);
  toast.value = { text: what ? `${what}: ${why}` : why, isFault: true, action: "", act: null };
}

export function dismiss() {
  toast.value = null;
}

export function Toasts() {
  const now = toast.value;
  const [isHeld, setHeld] = useState(false);
  const act = () => {
    const todo = now?.act;
    dismiss();
    todo?.();
  };
  useEffect(() => {
    if (!now || now.isFault || isHeld) return undefined;
    const timer = setTimeout(dismiss, SHOWN_MS);
    return () => clearTimeout(timer);
  }, [now, isHeld]);
  useEffect(() => setHeld(false), [now]);
  return html`<div class="toasts" role="status" aria-live="polite">
    ${now && html`<div class=${`toast${now.isFault ? " fault" : ""}`} onPointerEnter=${() => setHeld(true)} onPointerLeave=${() => setHeld(false)}
      onFocusIn=${() => setHeld(true)} onFocusOut=${() => setHeld(false)}>
      ${now.isFault && html`<${Glyph} type="error" failed />`}<span class="cut">${now.text}</span>
      ${now.act && html`<button type="button" class="act" onClick=${act}>${now.action}</button><${UndoKey} act=${act} action=${now.action} />`}
      <button type="button" class="off" aria-label="Dismiss" onClick=${dismiss}><${Icon} name="x" size=${12} /></button></div>`}
  </div>`;
}

/** @param {{act: () => void, action: string}} props */
function UndoKey({ act, action }) {
  useKeys("Everywhere", [{ keys: "Ctrl+z", does: action, run: act }]);
  return null;
}
