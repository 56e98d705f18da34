/** Answers a question from a few documents: a retrieval with its scores, then a model call, judged at the end. */

import { Lynex, tag } from "lynex";
import OpenAI from "openai";

const DOCUMENTS: { [name: string]: string } = {
  refunds: "A refund takes five working days after the parcel has arrived.",
  shipping: "Parcels leave the warehouse on the day of the order.",
  opening: "The shop is open from nine to five.",
};

const lynex = new Lynex({ serviceName: "rag" });
const models = lynex.wrapOpenAI(new OpenAI());

const words = (text: string): Set<string> => new Set(text.toLowerCase().replace(/[.?]/g, "").split(" "));

const search = lynex.trace(
  "search",
  (question: string) => {
    const asked = words(question);
    const scored = Object.entries(DOCUMENTS).map(([id, content]) => {
      const shared = [...words(content)].filter((word) => asked.has(word)).length;
      return { id, content, score: shared / asked.size };
    });
    return scored.sort((one, other) => other.score - one.score).slice(0, 2);
  },
  { type: "retrieval" },
);

const answer = lynex.trace("answer", async (question: string): Promise<string> => {
  const found = search(question);
  const facts = found.map((one) => one.content).join("\n");
  return tag(["rag"], async () => {
    const response = await models.chat.completions.create({
      model: "gpt-4o-mini",
      messages: [
        { role: "system", content: `Answer from these facts only:\n${facts}` },
        { role: "user", content: question },
      ],
    });
    const said = response.choices[0]?.message.content ?? "";
    lynex.evalMetric({ metric: "answered", score: said !== "", evaluator: "example" });
    return said;
  });
});

console.log(await answer(process.argv[2] ?? "How long does a refund take?"));
await lynex.shutdown();
