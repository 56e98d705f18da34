/** Whatever the host hands over → plain JSON values, bounded in size; getters that throw and circles do no harm. */

export type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

const MAX_DEPTH = 24;
const MAX_ITEMS = 2000;
const OVERHEAD = 8;

/** Characters one event may still take; `cut` says that something was left out. */
export class Budget {
  cut = false;

  constructor(
    public left: number,
    readonly longestText: number,
  ) {}

  text(value: string): string {
    const room = Math.max(0, Math.min(this.left, this.longestText));
    if (value.length > room) {
      this.cut = true;
      value = `${value.slice(0, room)}… [${value.length} characters]`;
    }
    this.left -= value.length + OVERHEAD;
    return value;
  }
}

/** A copy in plain JSON values. Never throws. */
export function plain(value: unknown, budget: Budget, depth = 0): Json {
  switch (typeof value) {
    case "string":
      return budget.text(value);
    case "number":
      budget.left -= OVERHEAD;
      return Number.isFinite(value) ? value : String(value);
    case "boolean":
      return value;
    case "bigint":
      return budget.text(value.toString());
    case "object":
      break;
    default: // undefined, functions and symbols are nothing in JSON
      return null;
  }
  if (value === null) return null;
  if (budget.left <= 0 || depth >= MAX_DEPTH) {
    budget.cut = true;
    return budget.left <= 0 ? "[left out]" : "[too deep]";
  }
  try {
    return composite(value, budget, depth);
  } catch {
    return "[unreadable]";
  }
}

function composite(value: object, budget: Budget, depth: number): Json {
  if (Array.isArray(value)) return list(value, budget, depth);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
  if (value instanceof Error) return { type: value.name, message: budget.text(value.message) };
  if (value instanceof Map) return fields(value.entries(), budget, depth);
  if (value instanceof Set) return list(value, budget, depth);
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`;
  if (value instanceof Promise) return "[Promise]";
  return fields(ownEntries(value), budget, depth);
}

/** One by one, as a getter that throws must not hide its neighbours. */
function* ownEntries(value: object): Generator<[string, unknown]> {
  for (const name of Object.keys(value)) {
    let one: unknown;
    try {
      one = (value as { [name: string]: unknown })[name];
    } catch {
      one = "[unreadable]";
    }
    yield [name, one];
  }
}

function list(values: Iterable<unknown>, budget: Budget, depth: number): Json[] {
  const made: Json[] = [];
  for (const one of values) {
    if (made.length >= MAX_ITEMS || budget.left <= 0) {
      budget.cut = true;
      break;
    }
    made.push(plain(one, budget, depth + 1));
  }
  return made;
}

function fields(entries: Iterable<[unknown, unknown]>, budget: Budget, depth: number): { [name: string]: Json } {
  const made: { [name: string]: Json } = {};
  let count = 0;
  for (const [key, one] of entries) {
    if (one === undefined || typeof one === "function" || typeof one === "symbol") continue;
    if (count >= MAX_ITEMS || budget.left <= 0) {
      budget.cut = true;
      break;
    }
    count += 1;
    const name = String(key).slice(0, 256);
    budget.left -= name.length;
    // `__proto__` as a name would change the object instead of filling it.
    Object.defineProperty(made, name, {
      value: plain(one, budget, depth + 1),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return made;
}
