/** How the page looks in this browser, and whether single keys act. Nothing of it leaves the browser. */

import { html } from "../html.js";
import { isOn, switchKeys } from "../keyboard.js";
import { chooseDensity, chooseRail, chooseTheme, density, rail, theme } from "../preferences.js";
import { Choices } from "./form.js";

/** @typedef {readonly (readonly [string, string, string])[]} Some */

const THEMES = /** @type {Some} */ ([["", "System", "as your system says, and changes with it"], ["light", "Light", ""], ["dark", "Dark", ""]]);
const DENSITIES = /** @type {Some} */ ([["", "Comfortable", ""], ["compact", "Compact", "more rows on a screen"]]);
const RAILS = /** @type {Some} */ ([["", "Names", ""], ["yes", "Pictures only", "a narrow rail; [ switches"]]);
const KEYS = /** @type {Some} */ ([["on", "Single keys act", "j, k, /, g then a letter; ? lists them. Switch this off where speech or a device types by itself"]]);

const IS_CALM = matchMedia("(prefers-reduced-motion: reduce)");

export const Appearance = () => html`<section class="part appearance"><h2>Appearance</h2>
  <p class="soft said">For this browser only.</p>
  <div class="column">
    <${Choices} title="Colours" name="theme" chosen=${[theme.value]} choose=${chooseTheme} choices=${THEMES} />
    <${Choices} title="Density" name="density" chosen=${[density.value]} choose=${chooseDensity} choices=${DENSITIES} />
    <${Choices} title="Navigation" name="rail" chosen=${[rail.value]} choose=${chooseRail} choices=${RAILS} />
    <${Choices} title="Keyboard" name="keys" kind="checkbox" chosen=${isOn.value ? ["on"] : []} choose=${(/** @type {string} */ _, /** @type {boolean} */ is) => switchKeys(is)} choices=${KEYS} />
    <div class="choices"><p class="l">Motion</p><p class="soft">${IS_CALM.matches ? "Your system asks for less motion: nothing moves here." : "Follows your system; it does not ask for less motion."}</p></div>
  </div></section>`;
