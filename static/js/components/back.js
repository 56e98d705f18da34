/** The way back from a page about one thing to the list it is in: its name before the title, on a phone an arrow. */

import { html } from "../html.js";
import { Icon } from "./icon.js";

/** @param {{href: string, list: string}} props  `list`: the list's title */
export const Back = ({ href, list }) => html`<a class="soft wide crumb" href=${href}>${list}</a><span class="dim wide"><${Icon} name="right" size=${12} /></span>
  <a class="phone btn quiet icon" href=${href} aria-label=${`Back to ${list.toLowerCase()}`}><${Icon} name="left" /></a>`;
