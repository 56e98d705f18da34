/** Search from any page, on `/`: what is found is listed among the events. Pages with a filter of their own take the key for it. */

import { useEffect, useState } from "../../vendor/hooks.js";
import { signal } from "../../vendor/signals.js";
import { html } from "../html.js";
import { useKeys } from "../keyboard.js";

const isOpen = signal(false);

export function openSearch() {
  isOpen.value = true;
}

export function Search() {
  const [Box, setBox] = useState(/** @type {import("../../vendor/preact.js").ComponentType<any> | null} */ (null));
  useKeys("Everywhere", [{ keys: "/", does: "Search or filter", run: openSearch }]);
  useEffect(() => {
    if (isOpen.value && !Box) void import("./search-box.js").then(({ SearchBox }) => setBox(() => SearchBox));
  }, [isOpen.value]);
  return isOpen.value && Box ? html`<${Box} close=${() => { isOpen.value = false; }} />` : null;
}
