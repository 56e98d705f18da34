/** A list that ends now looks again when something has come, while somebody watches. */

import { useEffect, useRef } from "../vendor/hooks.js";
import { follow } from "./api.js";
import { project } from "./state.js";

const LIVE_MS = 3000;

/**
 * @param {{refresh: (isReading: boolean) => Promise<void>}} list @param {boolean} isFollowing @param {(event: import("./events.js").Event) => boolean} concerns  whether an event may change it
 * @param {() => boolean} isReading  then what is new waits @param {import("./api.js").Params} [filter]  of the events that matter
 */
export function useFollowing(list, isFollowing, concerns, isReading, filter = {}) {
  const latest = useRef({ concerns, isReading });
  latest.current = { concerns, isReading };
  useEffect(() => {
    if (!isFollowing) return undefined;
    let hasNews = false;
    const timer = setInterval(() => {
      if (!hasNews || document.visibilityState !== "visible") return;
      hasNews = false;
      void list.refresh(latest.current.isReading());
    }, LIVE_MS);
    const end = follow("/live", { project_id: project.peek()?.id, ...filter }, {
      event: (event) => { hasNews ||= latest.current.concerns(event); },
      lagged: () => { hasNews = true; },
      state: () => undefined,
    });
    return () => {
      clearInterval(timer);
      end();
    };
  }, [list, isFollowing]);
}
