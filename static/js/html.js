/** Markup as tagged templates: `html` makes preact elements, so every value is text and never markup. */

import { h } from "../vendor/preact.js";
import htm from "../vendor/htm.js";

export const html = htm.bind(h);
