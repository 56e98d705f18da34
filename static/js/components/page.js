/** What every page begins with: a title, what stands at its right, and a body that scrolls. */

import { html } from "../html.js";

/**
 * @param {{title: string, before?: unknown, facts?: unknown, bar?: unknown, head?: unknown, class?: string, children?: unknown, isFixed?: boolean}} props
 * `before`: the way back. `facts`: beside the title. `bar`: at its right. `head`: below it, staying while the body scrolls. `isFixed`: the body scrolls by itself.
 */
export const Page = ({ title, before, facts, bar, head, class: look = "", children, isFixed = false }) => html`
  <div class=${`page ${look}`}>
    <header class="bar">${before}<h1 class="cut">${title}</h1>${facts && html`<span class="facts">${facts}</span>`}<span class="grow"></span>${bar}</header>
    ${head}
    ${isFixed ? children : html`<div class="scroll" tabindex="-1">${children}</div>`}
  </div>`;
