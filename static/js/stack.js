/**
 * A stack as its sender told it, read into what was said and frames: which are the application's own, and at which of
 * those it failed. The rules are those by which the server groups failures: Python, JavaScript, Java, Go, .NET.
 */

const PYTHON_LIBRARIES = ["site-packages", "dist-packages", "/lib/python3", "/Lib/", "<frozen ", "<string>"];
const JS_LIBRARIES = ["node_modules", "node:", "internal/", "<anonymous>", "webpack/", "native", "/.yarn/"];
const GO_LIBRARIES = ["/go/src/", "/go/pkg/mod/", "/vendor/", "/libexec/src/", "/hostedtoolcache/", "_cgo_"];
const LIBRARY_PACKAGES = [
  "java.", "javax.", "jakarta.", "jdk.", "sun.", "com.sun.", "kotlin.", "kotlinx.", "scala.", "groovy.", "akka.", "org.springframework.", "org.apache.",
  "org.eclipse.", "org.hibernate.", "org.junit.", "io.netty.", "reactor.", "io.micrometer.", "io.opentelemetry.", "okhttp3.", "okio.", "retrofit2.",
  "com.google.", "com.fasterxml.", "dev.langchain4j.", "com.openai.", "com.anthropic.", "software.amazon.", "android.", "androidx.", "System.",
  "Microsoft.", "MS.", "Azure.", "OpenAI.", "Newtonsoft.", "Polly.", "Grpc.", "OpenTelemetry.",
];
const JVM_FILES = [".java", ".kt", ".scala", ".groovy", ".clj", "Native Method", "Unknown Source"];
const PLACE = /(?::\d+){1,2}$/;

/** @typedef {{lines: string[], isOwn: boolean}} Frame */
/** @typedef {{said: string[]} | {frame: Frame}} Part  in the order of the stack */

/**
 * @param {string} stack
 * @returns {{parts: Part[], failedAt: Frame | null}} `failedAt`: the innermost frame of the application's own
 */
export function readStack(stack) {
  const lines = stack.split(/\r?\n/);
  const isPython = lines.some((line) => /^\s*File "/.test(line));
  const isGo = !isPython && stack.includes(".go:");
  const parts = isPython ? pythonParts(lines) : isGo ? goParts(lines) : otherParts(lines);
  const own = parts.flatMap((part) => ("frame" in part && part.frame.isOwn ? [part.frame] : []));
  return { parts, failedAt: (isPython ? own.at(-1) : own[0]) ?? null };
}

/** @param {Part[]} parts @param {string} line */
function say(parts, line) {
  const last = parts.at(-1);
  if (last && "said" in last) last.said.push(line);
  else parts.push({ said: [line] });
}

/** The place, then the lines of code below it. @param {string[]} lines */
function pythonParts(lines) {
  /** @type {Part[]} */
  const parts = [];
  for (const line of lines) {
    const path = line.match(/^\s*File "([^"]*)"/)?.[1]?.replaceAll("\\", "/");
    const last = parts.at(-1);
    if (path !== undefined) parts.push({ frame: { lines: [line], isOwn: !holds(path, PYTHON_LIBRARIES) } });
    else if (last && "frame" in last && /^\s{4}/.test(line)) last.frame.lines.push(line);
    else say(parts, line);
  }
  return parts;
}

/** The call, then a line with the file. @param {string[]} lines */
function goParts(lines) {
  /** @type {Part[]} */
  const parts = [];
  let call = "";
  for (const line of lines) {
    if (/^(\t| {4})/.test(line) && line.includes(".go:") && call) {
      const isOwn = !/^(runtime[./]|panic\(|created by)/.test(call) && !holds(line, GO_LIBRARIES);
      parts.push({ frame: { lines: [call, line], isOwn } });
      call = "";
      continue;
    }
    if (call) say(parts, call);
    call = line;
  }
  if (call) say(parts, call);
  return parts;
}

/** A frame a line. @param {string[]} lines */
function otherParts(lines) {
  /** @type {Part[]} */
  const parts = [];
  for (const line of lines) {
    const text = line.trim();
    const isOwn = text.startsWith("at ") ? isOwnAt(text.slice(3)) : PLACE.test(text) && text.includes("@") ? isOwnScript(text.slice(text.indexOf("@") + 1)) : null;
    if (isOwn === null) say(parts, line);
    else parts.push({ frame: { lines: [line], isOwn } });
  }
  return parts;
}

/** JavaScript, Java or .NET, whichever its end shows it to be. @param {string} text */
function isOwnAt(text) {
  if (!text.endsWith(")")) return !text.includes(" in ") || PLACE.test(text) ? isOwnScript(text) : isOwnMethod(text);
  const at = text.lastIndexOf(" (");
  return at >= 0 ? isOwnScript(text.slice(at + 2, -1)) : isOwnMethod(text);
}

/** @param {string} text  com.acme.Shop.pay(Shop.java:12) */
function isOwnMethod(text) {
  const [before = "", place = ""] = [text.slice(0, text.indexOf("(")), text.slice(text.indexOf("(") + 1)];
  const name = holds(place, JVM_FILES) ? before.slice(before.lastIndexOf("/") + 1) : before;
  return !LIBRARY_PACKAGES.some((one) => name.startsWith(one));
}

/** @param {string} place  /app/run.mjs:3:9 */
const isOwnScript = (place) => PLACE.test(place) && !holds(place.replaceAll("\\", "/"), JS_LIBRARIES);

/** @param {string} text @param {readonly string[]} marks */
const holds = (text, marks) => marks.some((mark) => text.includes(mark));
