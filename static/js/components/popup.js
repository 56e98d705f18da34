/** A menu or panel under a button. Closes with Escape, on a click elsewhere, and when a choice is made; focus returns. */

import { useEffect, useRef, useState } from "../../vendor/hooks.js";
import { html } from "../html.js";

/**
 * @param {{label: unknown, name?: string, class?: string, side?: "left" | "right", role?: string, button?: string,
 *   children: (close: () => void) => unknown}} props  `name`: what the button is called, where its label is a picture
 */
export function Popup({ label, name, class: look = "", side = "right", role = "menu", button = "btn", children }) {
  const [isOpen, setOpen] = useState(false);
  const whole = useRef(/** @type {HTMLElement | null} */ (null));
  const close = () => {
    setOpen(false);
    whole.current?.querySelector("button")?.focus();
  };
  useEffect(() => {
    if (!isOpen) return undefined;
    const panel = whole.current?.querySelector(".menu");
    const first = panel?.querySelector("[autofocus], [aria-checked=true], button, a, input, select");
    if (first instanceof HTMLElement) first.focus();
    /** @param {Event} event */
    const outside = (event) => {
      if (event.target instanceof Node && !whole.current?.contains(event.target)) setOpen(false);
    };
    addEventListener("pointerdown", outside);
    return () => removeEventListener("pointerdown", outside);
  }, [isOpen]);
  /** @param {KeyboardEvent} event */
  const keys = (event) => {
    if (!isOpen) return;
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      close();
    } else if (role === "menu" && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      step(whole.current, event.key === "ArrowDown" ? 1 : -1);
    }
  };
  return html`<div class=${`popup ${look}`} ref=${whole} onKeyDown=${keys}>
    <button type="button" class=${button} aria-haspopup=${role} aria-expanded=${isOpen ? "true" : "false"} aria-label=${name || undefined} title=${name || undefined}
      onClick=${() => setOpen(!isOpen)}>${label}</button>
    ${isOpen && html`<div class=${`menu ${side}`} role=${role} aria-label=${name || undefined}>${children(close)}</div>`}
  </div>`;
}

/** @param {HTMLElement | null} whole @param {number} by */
function step(whole, by) {
  const items = [...(whole?.querySelectorAll(".menu button, .menu a") ?? [])];
  const next = items[(items.indexOf(/** @type {Element} */ (document.activeElement)) + by + items.length) % items.length];
  if (next instanceof HTMLElement) next.focus();
}
