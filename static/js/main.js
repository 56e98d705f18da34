/**
 * The page starts here. How it is built, for whoever adds to it:
 *
 * A PAGE is one file in js/pages with a default component, and one line in js/pages.js. It gets `params` (the parts of its
 *   path) and gives a <${Page} title=… bar=… keys=…> (components/page.js): the sheet's title bar and its scrolling body.
 *   The server answers every path in `PATHS` of lynex/api/pages.py with index.html: a new first word is added there.
 *   Its looks are in a file of its own in css, inside @layer page { @scope (.its-class) { … } }, so that no page changes another;
 *   what two pages share is a component, in css/components.css.
 * A COMPONENT is one file under 250 lines in js/components: a function that is given props and returns html`…`.
 *   Text is always a value in html`…`: no innerHTML, no markup made of strings, no style in markup (style=${{…}} is fine).
 * DATA: `useAnswer(path, params, {isLive})` (answers.js) in components, `ask`/`send` (api.js) elsewhere; nobody else fetches.
 *   `asked.value` (state.js) is project and range. Show <${Failed}> for `fault`, a skeleton of the final size while `isSlow`.
 * PLACE: filters, range, tab, selection live in the address (router.js): read `address.value.query`, change with
 *   `amend({name: value})`; `amend(…, {replace: true})` while typing. Links are ordinary <a href=${…}>, made in links.js.
 * NUMBERS, MONEY, TIMES are written by format.js, money.js and time.js only.
 * KEYS: `useKeys(title, [{keys, does, run}])` (keyboard.js); `?` lists them.
 * COLOURS on a canvas: `colour("--type-span")`, drawn again when `paint.value` changes (preferences.js).
 * TYPES: JSDoc, held by tools/check-page (tsc --checkJs --strict). Signals are read with .value and re-render their reader.
 */

import { render } from "../vendor/preact.js";
import { html } from "./html.js";
import { startKeyboard } from "./keyboard.js";
import { pageAt } from "./pages.js";
import { startRouter } from "./router.js";
import { start, startPulse } from "./state.js";
import { App } from "./components/app.js";

const root = /** @type {HTMLElement} */ (document.getElementById("app"));

startRouter((path) => pageAt(path) !== null);
startKeyboard();
startPulse();
void start();
root.replaceChildren();
render(html`<${App} />`, root);
