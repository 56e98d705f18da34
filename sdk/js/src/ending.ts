/** The last moment of a page or a process: what waits is handed over or sent. */

interface Host {
  addEventListener?: (type: string, listener: () => void) => void;
  document?: { visibilityState?: string; addEventListener?: (type: string, listener: () => void) => void };
  process?: { on?: (event: string, listener: () => void) => void; versions?: { node?: string } };
}

/** Hidden pages may never come back, so hiding counts as leaving. Nothing happens outside browsers. */
export function atPageHide(handOver: () => void): void {
  const page = globalThis as Host;
  if (!page.document || typeof page.addEventListener !== "function") return;
  page.addEventListener("pagehide", handOver);
  page.document.addEventListener?.("visibilitychange", () => {
    if (page.document?.visibilityState === "hidden") handOver();
  });
}

/** When a process has nothing left to do. One that ends itself by `process.exit` must `await client.shutdown()` first. */
export function atProcessEnd(send: () => void): void {
  const { process, document } = globalThis as Host;
  if (!document && process?.versions?.node && typeof process.on === "function") process.on("beforeExit", send);
}
