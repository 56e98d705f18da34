/** A component whose file is loaded when it is first shown: for what most pages never need. */

import { useEffect, useState } from "../../vendor/hooks.js";
import { html } from "../html.js";
import { Failed, Skeleton } from "./states.js";

/** @template P @param {() => Promise<{default: import("../../vendor/preact.js").ComponentType<P>}>} load */
export function later(load) {
  /** @type {import("../../vendor/preact.js").ComponentType<P> | null} */
  let Loaded = null;
  /** @param {P} props */
  return function Later(props) {
    const [, setLoaded] = useState(Loaded !== null);
    const [fault, setFault] = useState(/** @type {Error | null} */ (null));
    useEffect(() => {
      if (!Loaded) load().then((module) => {
        Loaded = module.default;
        setLoaded(true);
      }, setFault);
    }, []);
    if (fault) return html`<${Failed} fault=${fault} again=${() => location.reload()} />`;
    return Loaded ? html`<${Loaded} ...${props} />` : html`<${Skeleton} lines=${6} />`;
  };
}
