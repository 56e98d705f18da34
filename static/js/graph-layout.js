/** Where nodes and edges lie: asked of a worker, which is ended when nobody waits for it or it takes too long. */

import { useEffect, useState } from "../vendor/hooks.js";

const WORKER = new URL("./graph-worker.js", import.meta.url);
const PATIENCE_MS = 8000;

/** @typedef {import("./graph-worker.js").Wanted} Wanted */
/** @typedef {import("./graph-worker.js").LaidOut} LaidOut */

/** @param {Wanted | null} wanted  null: nothing to lay out @returns {{laidOut: LaidOut | null, hasFailed: boolean}} */
export function useLayout(wanted) {
  const [known, setKnown] = useState(/** @type {{of: Wanted | null, laidOut: LaidOut | null}} */ ({ of: null, laidOut: null }));
  useEffect(() => {
    if (!wanted) return undefined;
    const worker = new Worker(WORKER, { type: "module" });
    const giveUp = () => {
      worker.terminate();
      setKnown({ of: wanted, laidOut: null });
    };
    const patience = setTimeout(giveUp, PATIENCE_MS);
    worker.onmessage = ({ data }) => {
      clearTimeout(patience);
      worker.terminate();
      setKnown({ of: wanted, laidOut: data });
    };
    worker.onerror = giveUp;
    worker.postMessage(wanted);
    return () => {
      clearTimeout(patience);
      worker.terminate();
    };
  }, [wanted]);
  const isMine = known.of === wanted;
  return { laidOut: isMine ? known.laidOut : null, hasFailed: isMine && wanted !== null && !known.laidOut };
}
