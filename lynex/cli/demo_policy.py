"""The shop's policy: eight documents, long as such documents are. Who sends them along each time pays for it."""

from functools import cache
from random import Random
from typing import Final

_HEADS: Final = (
    (
        "returns-04",
        "Goods that arrive damaged are refunded in full within 30 days of delivery. A photo is welcome, not required.",
    ),
    (
        "returns-01",
        "Unused goods may be returned within 30 days. The customer pays the return unless the goods are faulty.",
    ),
    (
        "warranty-02",
        "Glass kettles carry a two-year warranty on the heating element and one year on the lid and handle.",
    ),
    ("shipping-03", "Parcels that show no scan for five working days count as lost and are sent again without charge."),
    ("payments-05", "Refunds go back to the original means of payment and take three to five working days to arrive."),
    ("returns-07", "Engraved goods are made to order and can be returned only when they arrive damaged."),
    ("warranty-06", "Limescale is not covered. Point to the descaling guide before opening a warranty case."),
    ("tone-01", "Apologise once, say what happens next and by when, and sign with the first name of the team."),
)
_GOODS: Final = (
    "Glass kettles", "Gooseneck kettles", "Travel kettles", "Stovetop kettles", "Temperature kettles", "Tea filters",
    "Descaler and other consumables", "Spare lids and handles", "Gift sets", "Goods from the outlet",
)  # fmt: skip
_BOUGHT: Final = (
    "bought in our web shop", "bought in the shop in Utrecht", "bought through a marketplace", "received as a gift",
    "bought with a voucher", "ordered by a company on account", "bought in a sale of last year's models",
)  # fmt: skip
_STATES: Final = (
    "that arrive with visible damage to the carton", "that fail within the first fourteen days",
    "that were used once and cleaned", "whose seal is broken but which were not used", "that arrive incomplete",
    "that differ in colour from what was ordered", "that were repaired by somebody else",
)  # fmt: skip
_OUTCOMES: Final = (
    "are exchanged at no charge, or refunded if no exchange is in stock within ten working days",
    "are refunded in full, in the currency and by the means of payment of the order",
    "are refunded less the wear that can be seen, which a colleague decides from two photos",
    "are sent back to us with the label the customer receives by e-mail, and looked at within five working days",
    "are repaired first; only when two repairs have failed may the customer choose a refund",
    "are not taken back, but the customer is offered a spare part at half its price",
)
_PROOFS: Final = (
    "Ask for the order number and nothing else.", "A photo of the damage helps and must never be a condition.",
    "Without a receipt the payment in our books is proof enough.", "Amounts are stated in euros with two decimals.",
    "Above 150 EUR a second colleague confirms.", "Tell the customer the day by which the money is back.",
)  # fmt: skip
_CLAUSES: Final = 26  # of a document


@cache
def policy() -> tuple[tuple[str, str], ...]:
    """Name and text of each document; always the same."""
    return tuple((name, _document(name, head)) for name, head in _HEADS)


def house_rules(length: int) -> str:
    """So many characters of it, as an agent is told them that needs no more."""
    return "\n".join(text for _, text in policy())[:length]


def _document(name: str, head: str) -> str:
    random = Random(name)
    return "\n".join((head, *(f"{number}. {_clause(random)}" for number in range(1, _CLAUSES + 1))))


def _clause(random: Random) -> str:
    what, where, how = random.choice(_GOODS), random.choice(_BOUGHT), random.choice(_STATES)
    return f"{what} {where} {how} {random.choice(_OUTCOMES)}. {random.choice(_PROOFS)}"
