/** Where somebody wanted to go before signing in; kept for this tab only. */

import { address, go } from "./router.js";

const NAME = "lynex.back";

export function comeBackHere() {
  try {
    sessionStorage.setItem(NAME, location.pathname + location.search);
  } catch {
    // Then signing in leads to Overview.
  }
}

/** Once, right after signing in. */
export function goBack() {
  try {
    const wanted = sessionStorage.getItem(NAME);
    sessionStorage.removeItem(NAME);
    if (wanted?.startsWith("/") && address.peek().path === "/") go(wanted, { replace: true });
  } catch {
    // A browser that keeps nothing stays where it is.
  }
}
