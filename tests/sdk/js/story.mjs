// One run of an agent, as a host would record it; prints the ids the test looks for. argv: module, endpoint, key.
const [module, endpoint, apiKey] = process.argv.slice(2);
const { Lynex, session, user, traceparent, continueTrace } = await import(module);
const client = new Lynex({ endpoint, apiKey, redact: ["emails"], environment: "test" });
const pause = () => new Promise((resolve) => setTimeout(resolve, 2));

let ids;
const answer = client.trace("answer", async (question) =>
  session("s-js", () =>
    user("u-js", async () => {
      await client.span("search", async (span) => {
        await pause();
        span.set({ output: [{ id: "d1", content: "text", score: 0.5 }] });
      }, { type: "retrieval", input: question });
      let state = { goal: "find it ".repeat(20), tries: 0 };
      for (let tries = 0; tries < 3; tries += 1) {
        state = { ...state, tries };
        await client.step("planner", { action: "look", state }, async () => {
          await pause();
          client.toolCall({ tool: "weather", arguments: { city: "Paris" }, result: "sunny", latencyMs: 3 });
        });
      }
      const call = client.captureLLMCall({
        model: "gpt-4o-mini", prompt: "Write to jane@example.com", response: "Hi there!",
        tokens: { input: 1000, cached: 200, output: 100 }, latencyMs: 230,
      });
      ids = { call, header: traceparent() };
      return question.toUpperCase();
    }),
  ),
);
const said = await answer("hello");
const remote = continueTrace({ Traceparent: ids.header }, () => client.span("callee", (span) => span.eventId));
await Promise.all([...Array(100).keys()].map(async (n) => client.span(`task-${n}`, async () => {
  await pause();
  client.custom(`inside-${n}`);
})));
let threw;
try {
  await client.span("fails", async () => { throw new TypeError("no"); });
} catch (error) {
  threw = error.message;
}
const circle = {};
circle.itself = circle;
client.captureEvent("custom", { name: "odd", circle, get bad() { throw new Error("x"); }, big: 2n ** 80n, nan: NaN });
console.log(JSON.stringify({ said, remote, threw, ...ids, flushed: await client.flush(10_000), ...client.stats() }));
