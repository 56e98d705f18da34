/** An agent's run: its steps are counted, and each state is told in full or as what changed since the one before. */

import type { Json } from "./values.js";

type Fields = { [name: string]: Json };
const FULL_EVERY = 50;
const WORTH_A_PATCH = 0.6;

/** One per trace: hands out step indexes and remembers the last state. */
export class Run {
  private next = 0;
  private last: Fields | undefined;
  private base: string | undefined;
  private sinceFull = 0;

  nextIndex(): number {
    return this.next++;
  }

  /** The fields that tell `state` in an event: `state`, or `state_patch` and `state_base`. */
  told(state: Fields, eventId: string): Fields {
    const { last, base } = this;
    this.last = state;
    this.base = eventId;
    const patch = last && base && this.sinceFull < FULL_EVERY - 1 ? patchBetween(last, state) : undefined;
    if (!patch || JSON.stringify(patch).length > WORTH_A_PATCH * JSON.stringify(state).length) {
      this.sinceFull = 0;
      return { state };
    }
    this.sinceFull += 1;
    return { state_patch: patch, state_base: base as string };
  }
}

const isObject = (value: Json | undefined): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The JSON merge patch (RFC 7396) from one object to another; undefined where there is none, as for nulls. */
export function patchBetween(old: Fields, next: Fields): Fields | undefined {
  const patch: Fields = {};
  for (const name of Object.keys(old)) if (!(name in next)) patch[name] = null;
  for (const [name, value] of Object.entries(next)) {
    const before = old[name];
    if (name in old && JSON.stringify(before) === JSON.stringify(value)) continue;
    if (holdsNull(value)) return undefined; // in a merge patch null means "take away"
    if (isObject(value) && isObject(before)) {
      const inner = patchBetween(before, value);
      if (!inner) return undefined;
      patch[name] = inner;
    } else {
      patch[name] = value;
    }
  }
  return patch;
}

/** In lists null is a value like any other; in objects a patch cannot say it. */
function holdsNull(value: Json): boolean {
  return value === null || (isObject(value) && Object.values(value).some(holdsNull));
}
