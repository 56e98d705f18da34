"""Answers a question from a few documents: a retrieval with its scores, then a model call, judged at the end.

LYNEX_API_KEY=sk_live_… OPENAI_API_KEY=… python rag.py "How long does a refund take?"
"""

import sys

import lynex_sdk as lynex
import openai

DOCUMENTS = {
    "refunds": "A refund takes five working days after the parcel has arrived.",
    "shipping": "Parcels leave the warehouse on the day of the order.",
    "opening": "The shop is open from nine to five.",
}

lynex.init(service_name="rag")
models = lynex.wrap_openai(openai.OpenAI())


@lynex.trace("search", type="retrieval")
def search(question: str) -> list[dict[str, object]]:
    words = set(question.lower().strip("?").split())
    scored = [(len(words & set(text.lower().strip(".").split())), name) for name, text in DOCUMENTS.items()]
    best = sorted(scored, reverse=True)[:2]
    return [{"id": name, "score": score / len(words), "content": DOCUMENTS[name]} for score, name in best]


@lynex.trace("answer")
def answer(question: str) -> str:
    found = search(question)
    context = "\n".join(str(one["content"]) for one in found)
    with lynex.tag("rag", documents=len(found)):
        response = models.chat.completions.create(
            model="gpt-4o-mini",
            messages=[
                {"role": "system", "content": f"Answer from these facts only:\n{context}"},
                {"role": "user", "content": question},
            ],
        )
    said = response.choices[0].message.content or ""
    lynex.eval_metric("answered", score=bool(said), evaluator="example")
    return said


if __name__ == "__main__":
    print(answer(" ".join(sys.argv[1:]) or "How long does a refund take?"))
