/** Go to anything, on Ctrl K: the box itself is loaded when it is first wanted. */

import { useEffect, useState } from "../../vendor/hooks.js";
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
  const { path } = address.value;
  const toggle = () => {
    if (!isPaletteOpen.peek()) noteOpened();
    isPaletteOpen.value = !isPaletteOpen.peek();
  };
  useKeys("Everywhere", [{ keys: "Ctrl+k", does: "Go to anything", always: true, run: toggle }], []);
  useEffect(() => {
    const timer = setTimeout(noteOpened, LOOKED_MS);
    return () => clearTimeout(timer);
  }, [path]);
  useEffect(() => {
    if (isPaletteOpen.value && !Box) void import("./palette-box.js").then(({ PaletteBox }) => setBox(() => PaletteBox));
  }, [isPaletteOpen.value]);
  return isPaletteOpen.value && Box ? html`<${Box} close=${() => { isPaletteOpen.value = false; }} />` : null;
}
