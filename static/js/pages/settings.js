/** Settings: the project, its keys, what came in and what became of it, how the page looks, what runs here. */

import { html } from "../html.js";
import { linkTo } from "../router.js";
import { Page } from "../components/page.js";
import { RangePicker } from "../components/range-picker.js";
import { Empty } from "../components/states.js";
import { About } from "../components/settings-about.js";
import { Appearance } from "../components/settings-appearance.js";
import { ApiKeys } from "../components/settings-keys.js";
import { ProjectSettings } from "../components/settings-project.js";
import { Receipts } from "../components/settings-receipts.js";

/** @type {readonly {path: string, name: string, Body: import("../../vendor/preact.js").ComponentType<any>, bar?: unknown}[]} */
const SECTIONS = [
  { path: "/settings", name: "Project", Body: ProjectSettings },
  { path: "/settings/keys", name: "API keys", Body: ApiKeys },
  { path: "/settings/receipts", name: "Receipts", Body: Receipts, bar: html`<${RangePicker} />` },
  { path: "/settings/appearance", name: "Appearance", Body: Appearance },
  { path: "/settings/about", name: "About", Body: About },
];

/** @param {{params: {section?: string}}} props */
export default function Settings({ params }) {
  const here = SECTIONS.find(({ path }) => path === (params.section ? `/settings/${params.section}` : "/settings"));
  return html`<${Page} class="settings" title="Settings" bar=${here?.bar} head=${html`<nav class="tabs" aria-label="Settings">
      ${SECTIONS.map(({ path, name }) => html`<a key=${path} href=${linkTo(path)} aria-current=${path === here?.path ? "page" : undefined}>${name}</a>`)}</nav>`}>
    <div class="pad">${here ? html`<${here.Body} />` : html`<${Empty} title="There is no such part of the settings."><p><a href="/settings">Go to the project's settings</a></p><//>`}</div>
  <//>`;
}
