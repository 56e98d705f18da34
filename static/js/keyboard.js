/** Keys: a page says what its keys do, `?` shows them, and none acts while somebody types. */

import { useEffect, useRef } from "../vendor/hooks.js";
import { signal } from "../vendor/signals.js";
import { remember, remembered } from "./preferences.js";

/** @typedef {{keys: string, does: string, run: (event: KeyboardEvent) => void, always?: boolean}} Binding
 * `keys`: one key ("j", "Escape", "Shift+E", "Ctrl+k"), or two in a row ("g o"). `always`: also while typing and in dialogs. */
/** @typedef {{title: string, bindings: Binding[]}} Keys */

const IN_A_ROW_MS = 900;

/** The bindings of what is on the screen, innermost last. */
export const active = signal(/** @type {Keys[]} */ ([]));

/** Single keys can be switched off (WCAG 2.1.4). */
export const isOn = signal(remembered("keys") !== "off");

/** @param {boolean} on */
export function switchKeys(on) {
  isOn.value = on;
  remember("keys", on ? "" : "off");
}

/** Bindings of a component while it is shown; a key always meets those of its latest rendering. @param {string} title @param {Binding[]} bindings */
export function useKeys(title, bindings) {
  const latest = useRef(bindings);
  latest.current = bindings;
  useEffect(() => {
    const mine = { title, get bindings() { return latest.current; } };
    active.value = [...active.peek(), mine];
    return () => {
      active.value = active.peek().filter((keys) => keys !== mine);
    };
  }, []);
}

/** @param {EventTarget | null} target */
const isTyping = (target) =>
  target instanceof HTMLElement && (target.isContentEditable || ["TEXTAREA", "SELECT"].includes(target.tagName) || (target instanceof HTMLInputElement && !["checkbox", "radio"].includes(target.type)));

/** @param {KeyboardEvent} event */
function spelled(event) {
  const control = event.ctrlKey || event.metaKey ? "Ctrl+" : "";
  const isLetter = /^[A-Z]$/.test(event.key);
  return control + (event.shiftKey && (isLetter || event.key.length > 1) ? "Shift+" : "") + event.key;
}

export function startKeyboard() {
  let before = "";
  let at = 0;
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.altKey) return;
    const typing = isTyping(event.target);
    const key = spelled(event);
    const row = event.timeStamp - at < IN_A_ROW_MS && before ? `${before} ${key}` : "";
    const all = active.peek().flatMap(({ bindings }) => bindings).reverse();
    const found = all.find(({ keys }) => keys === row) ?? all.find(({ keys }) => keys === key);
    [before, at] = [typing ? "" : key, event.timeStamp];
    const isElsewhere = typing || document.querySelector("dialog:modal") !== null; // what a page does waits for its dialog
    if (!found || (isElsewhere && !found.always)) return;
    if (!isOn.peek() && key.length === 1) return;
    event.preventDefault();
    before = "";
    found.run(event);
  });
}
