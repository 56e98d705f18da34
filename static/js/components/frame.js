/** The frame: navigation on the desk, the sheet beside it. It is grey, and it does not move. */

import { reachable, send } from "../api.js";
import { html } from "../html.js";
import { useKeys } from "../keyboard.js";
import { PAGES } from "../pages.js";
import { nextTheme, theme, toggleRail } from "../preferences.js";
import { address, go, linkTo } from "../router.js";
import { chooseProject, project, projects } from "../state.js";
import { Icon } from "./icon.js";
import { isPaletteOpen, paletteKeys } from "./palette.js";
import { Popup } from "./popup.js";
import { openSearch } from "./search.js";

const SHOWN = PAGES.filter(({ icon }) => icon);
/** @type {Record<string, string>} */
const THEMES = { "": "system", light: "light", dark: "dark" };

async function signOut() {
  await send("POST", "/signout");
  location.assign("/");
}

const openPalette = () => {
  isPaletteOpen.value = true;
};

/** @param {{children: unknown}} props */
export function Frame({ children }) {
  useKeys("Everywhere", [
    ...SHOWN.filter(({ key }) => key).map(({ key, path, title }) => ({ keys: `g ${key}`, does: title, run: () => go(linkTo(path)) })),
    { keys: "[", does: "Fold the navigation", run: toggleRail },
  ]);
  return html`<div class="app">
    <div class="side">
      <a class="brand plain" href=${linkTo("/")}><${Icon} name="mark" size=${20} /><span>Lynex</span></a>
      <${ProjectSwitch} />
      <button type="button" class="goto" onClick=${openPalette} title="Go to anything"><${Icon} name="search" /><span>Go to…</span><kbd aria-hidden="true">${paletteKeys}</kbd></button>
      <nav class="nav" aria-label="Main">
        ${SHOWN.map((page) => html`<${NavLink} key=${page.path} page=${page} />`)}
        <${More} />
      </nav>
      <nav class="nav last" aria-label="Help and appearance">
        <a href="/guide/" title="Guide" aria-current=${address.value.path.startsWith("/guide/") ? "page" : undefined}><${Icon} name="guide" /><span>Guide</span></a>
        <a href="/docs" title="API"><${Icon} name="link" /><span>API</span></a>
        <button type="button" onClick=${nextTheme} title=${`Appearance: ${THEMES[theme.value]}`}>
          <${Icon} name="theme" /><span>Appearance <span class="dim">${THEMES[theme.value]}</span></span></button>
        <button type="button" onClick=${signOut} title="Sign out"><${Icon} name="last" /><span>Sign out</span></button>
      </nav>
      <${Reach} />
    </div>
    <main class="sheet" id="sheet">${children}</main>
  </div>`;
}

/** @param {{page: import("../pages.js").PageEntry}} props */
function NavLink({ page }) {
  const { path } = address.value;
  const isHere = path === page.path || (page.path !== "/" && path.startsWith(`${page.path}/`));
  return html`<a href=${linkTo(page.path)} class=${page.isMore ? "more" : ""} aria-current=${isHere ? "page" : undefined} title=${page.title}>
    <${Icon} name=${page.icon ?? "more"} /><span>${page.title}</span></a>`;
}

function ProjectSwitch() {
  return html`<label class="project"><span class="sr">Project</span>
    <select value=${project.value?.id} onChange=${(/** @type {Event} */ event) => chooseProject(/** @type {HTMLSelectElement} */ (event.target).value)}>
      ${projects.value.map(({ id, name }) => html`<option key=${id} value=${id} selected=${id === project.value?.id}>${name}</option>`)}
    </select><${Icon} name="chev" size=${14} /></label>`;
}

/** On a phone and beside the rail: what has no room there. */
const More = () => html`<${Popup} class="more" side="left" role="dialog" name="More" button="" label=${html`<${Icon} name="more" /><span>More</span>`}>
  ${(/** @type {() => void} */ close) => html`
    <${ProjectSwitch} />
    <button type="button" class="item phone" onClick=${() => { close(); openPalette(); }}>Go to…</button>
    <button type="button" class="item phone" onClick=${() => { close(); openSearch(); }}>Search</button>
    ${SHOWN.filter(({ isMore }) => isMore).map((page) => html`<a class="item phone" href=${linkTo(page.path)} onClick=${close}>${page.title}</a>`)}
    <a class="item phone" href="/guide/" onClick=${close}>Guide</a><a class="item phone" href="/docs">API</a>
    <button type="button" class="item phone" onClick=${nextTheme}>Appearance <span class="dim">${THEMES[theme.value]}</span></button>
    <button type="button" class="item phone" onClick=${signOut}>Sign out</button>`}
<//>`;

const Reach = () =>
  reachable.value === "no" ? html`<div class="pulse lost" role="status"><i></i><span>The server does not answer</span></div>` : html`<div class="pulse"></div>`;
