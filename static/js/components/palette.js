/** Go to anything, on Ctrl K: the box itself is loaded when it is first wanted. */

import { useEffect, useLayoutEffect, useRef, useState } from "../../vendor/hooks.js";
import { signal } from "../../vendor/signals.js";
import { html } from "../html.js";
import { useKeys } from "../keyboard.js";
import { pageAt } from "../pages.js";
import { opened } from "../recent.js";
import { address } from "../router.js";
import { project } from "../state.js";

/** Whether the palette is open. */
export const isPaletteOpen = signal(false);

export const paletteKeys = /Mac|iP(hone|ad)/.test(navigator.platform) ? "⌘ K" : "Ctrl K";

const LOOKED_MS = 1500; // what was open that long was looked at

/** What is open goes to the head of what was opened last, once its name stands on the page. */
function noteOpened() {
  const { path } = address.peek();
  const title = document.querySelector("#sheet h1")?.textContent ?? "";
  if (title && title !== pageAt(path)?.page.title) opened(path, title, project.peek()?.id ?? "");
}

export function Palette() {
  const [Box, setBox] = useState(/** @type {import("../../vendor/preact.js").ComponentType<any> | null} */ (null));
  const early = useRef("");
  const { path } = address.value;
  const isWaiting = isPaletteOpen.value && !Box;
  const close = () => {
    early.current = "";
    isPaletteOpen.value = false;
  };
  const toggle = () => {
    if (isPaletteOpen.peek()) return close();
    noteOpened();
    isPaletteOpen.value = true;
    return undefined;
  };
  useKeys("Everywhere", [{ keys: "Ctrl+k", does: "Go to anything", always: true, run: toggle }]);
  useEffect(() => {
    const timer = setTimeout(noteOpened, LOOKED_MS);
    return () => clearTimeout(timer);
  }, [path]);
  useLayoutEffect(() => {
    if (!isWaiting) return undefined;
    void import("./palette-box.js").then(({ PaletteBox }) => setBox(() => PaletteBox));
    return typedMeanwhile((letter) => { early.current += letter; });
  }, [isWaiting]);
  return isPaletteOpen.value && Box ? html`<${Box} begun=${early.current} close=${close} />` : null;
}

/** What is typed before there is a box to type in goes into it. @param {(letter: string) => void} hear @returns {() => void} ends it */
function typedMeanwhile(hear) {
  /** @param {KeyboardEvent} event */
  const keep = (event) => {
    if (event.key.length !== 1 || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    hear(event.key);
  };
  addEventListener("keydown", keep, { capture: true });
  return () => removeEventListener("keydown", keep, { capture: true });
}
