/** Search from any page, on `/`: what is found is listed among the events. Pages with a filter of their own take the key for it. */

import { useState } from "../../vendor/hooks.js";
import { html } from "../html.js";
import { useKeys } from "../keyboard.js";

export function Search() {
  const [Box, setBox] = useState(/** @type {import("../../vendor/preact.js").ComponentType<any> | null} */ (null));
  const [isOpen, setOpen] = useState(false);
  const open = () => {
    setOpen(true);
    if (!Box) void import("./search-box.js").then(({ SearchBox }) => setBox(() => SearchBox));
  };
  useKeys("Everywhere", [{ keys: "/", does: "Search or filter", run: open }], []);
  return isOpen && Box ? html`<${Box} close=${() => setOpen(false)} />` : null;
}
