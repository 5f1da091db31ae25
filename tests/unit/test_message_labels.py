"""Every fault and finding of a message has its words."""

from payouts.iso20022.faults import MessageFault, Rule
from payouts.message_labels import MESSAGE_FAULTS, RULES


def test_every_fault_and_rule_has_its_words() -> None:
    assert (set(MESSAGE_FAULTS), set(RULES)) == (set(MessageFault), set(Rule))
