"""The papers of a cover: facts in, a paper out, in Japanese and as a reference translation in English."""

from sonae.policy.behind import parties, parties_data, parties_of
from sonae.policy.declared import Signed, declaration
from sonae.policy.explained import explanation, explanation_version, period_of
from sonae.policy.inputs import (
    CONFIRMATIONS,
    Account,
    Agent,
    Application,
    Certificate,
    Confirmation,
    Insurer,
    Kind,
    Letter,
    Office,
    Parties,
    Period,
    Quote,
    Signatory,
    Step,
    Terms,
    terms_of,
)
from sonae.policy.letters import letter, reply
from sonae.policy.paper import Paper
from sonae.policy.price import quote
from sonae.policy.proof import application_copy, certificate

__all__ = [
    "CONFIRMATIONS",
    "Account",
    "Agent",
    "Application",
    "Certificate",
    "Confirmation",
    "Insurer",
    "Kind",
    "Letter",
    "Office",
    "Paper",
    "Parties",
    "Period",
    "Quote",
    "Signatory",
    "Signed",
    "Step",
    "Terms",
    "application_copy",
    "certificate",
    "declaration",
    "explanation",
    "explanation_version",
    "letter",
    "parties",
    "parties_data",
    "parties_of",
    "period_of",
    "quote",
    "reply",
    "terms_of",
]
