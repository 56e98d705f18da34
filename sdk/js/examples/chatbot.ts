/** A chat in the terminal. Every turn is a trace; all turns of a conversation are one session. */

import { createInterface } from "node:readline";

import { Lynex, session, user } from "lynex";
import OpenAI from "openai";

const lynex = new Lynex({ serviceName: "chatbot", redact: ["emails", "keys"] });
const models = lynex.wrapOpenAI(new OpenAI());

type Turn = { role: "system" | "user" | "assistant"; content: string };

const answer = lynex.trace("turn", async (history: Turn[]): Promise<string> => {
  let said = "";
  for await (const piece of await models.chat.completions.create({ model: "gpt-4o-mini", messages: history, stream: true })) {
    const text = piece.choices[0]?.delta.content ?? "";
    process.stdout.write(text);
    said += text;
  }
  process.stdout.write("\n");
  return said;
});

const history: Turn[] = [{ role: "system", content: "You are kind and brief." }];
await session(`chat-${Date.now()}`, () =>
  user("terminal", async () => {
    for await (const line of createInterface({ input: process.stdin })) {
      history.push({ role: "user", content: line });
      history.push({ role: "assistant", content: await answer(history) });
    }
  }),
);
await lynex.shutdown();
