/** The whole: who is not signed in is told how; everybody else gets the frame and the page of the address. */

import { useEffect, useState } from "../../vendor/hooks.js";
import { session } from "../api.js";
import { html } from "../html.js";
import { pageAt } from "../pages.js";
import { address } from "../router.js";
import { project, start, startFault } from "../state.js";
import { ExportTray } from "./export-tray.js";
import { Failed } from "./states.js";
import { Frame } from "./frame.js";
import { HelpDialog } from "./help-dialog.js";
import { Page } from "./page.js";
import { Palette } from "./palette.js";
import { Search } from "./search.js";
import { Toasts } from "./toast.js";
import { Welcome } from "./welcome.js";

/** @type {Map<string, import("../../vendor/preact.js").ComponentType<any>>} */
const loaded = new Map();

export function App() {
  if (session.value === "none") return html`<${Welcome} />`;
  return html`<${Frame}>
    ${startFault.value
      ? html`<${Page} title="Lynex"><div class="pad"><${Failed} fault=${startFault.value} again=${start} /></div><//>`
      : html`<${Here} />`}
    <${HelpDialog} />
    <${Palette} />
    <${Search} />
    <${Toasts} />
    <${ExportTray} />
  <//>`;
}

/** The page of the present address; its file is loaded when it is first opened. */
function Here() {
  const found = pageAt(address.value.path);
  const path = found?.page.path ?? "";
  const [fault, setFault] = useState(/** @type {Error | null} */ (null));
  const [, setLoaded] = useState("");
  useEffect(() => {
    setFault(null);
    document.title = `${found?.page.title ?? "No such page"} · Lynex`;
    if (!found || loaded.has(path)) return;
    found.page.load().then((module) => {
      loaded.set(path, module.default);
      setLoaded(path);
    }, setFault);
  }, [path]);
  if (!found) return html`<${Page} title="No such page"><div class="pad"><p class="empty">Nothing is at this address. <a href="/">Go to Overview</a></p></div><//>`;
  if (fault) return html`<${Page} title=${found.page.title}><div class="pad"><${Failed} fault=${fault} again=${() => location.reload()} /></div><//>`;
  const Shown = loaded.get(path);
  if (!Shown || session.value !== "open") return html`<${Page} title=${found.page.title} />`;
  return html`<${Shown} key=${`${path} ${project.value?.id ?? ""}`} params=${found.params} />`;
}
