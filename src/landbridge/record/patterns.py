"""Words of diplomacy, freight and law by which a sentence is understood: roles, stages, negation, modality.

Everything here is about the domain; no state, person, place or document is named.
"""

import re

#: The closed list of roles, and what each means. A role is asserted or denied of an actor in an event
#: or process.
ROLES = {
    "signatory": "put its name to an instrument as one of its parties",
    "witness": "signed or stood by as a witness, not as a party",
    "mediator": "carried proposals between the parties or brokered the outcome",
    "facilitator": "made it possible by efforts or good offices, without taking part in the substance",
    "host": "offered or gave the place where it happens",
    "participant": "took part, or lies on the route",
    "supporter": "backed it in words or by other means",
    "guarantor": "answers for its being kept",
    "operator": "runs the thing",
    "builder": "builds the thing",
    "financier": "pays or lends for it",
    "notable participant": "a judgement that its part was notable, whatever the part was",
}

INSTRUMENTS = {
    "agreement": "agreement",
    "agreements": "agreement",
    "treaty": "agreement",
    "accord": "agreement",
    "accords": "agreement",
    "deal": "agreement",
    "pact": "agreement",
    "convention": "agreement",
    "contract": "contract",
    "concession": "concession",
    "declaration": "declaration",
    "communique": "declaration",
    "communiqué": "declaration",
    "statement": "declaration",
    "memorandum of understanding": "memorandum",
    "memorandum": "memorandum",
    "mou": "memorandum",
    "letter of intent": "memorandum",
    "protocol": "protocol",
    "charter": "charter",
    "framework": "framework",
    "ceasefire": "ceasefire",
    "truce": "ceasefire",
    "armistice": "ceasefire",
    "roadmap": "roadmap",
}
GATHERINGS = {
    "summit": "summit",
    "meeting": "meeting",
    "talks": "meeting",
    "round of talks": "meeting",
    "conference": "meeting",
    "ceremony": "ceremony",
    "forum": "meeting",
    "consultations": "meeting",
    "session": "meeting",
    "negotiations": "meeting",
    "visit": "visit",
    "trip": "visit",
    "round": "meeting",
}
PROCESSES = {
    "peace process": "peace",
    "peace negotiations": "peace",
    "peace talks": "peace",
    "normalisation process": "normalisation",
    "normalization process": "normalisation",
    "negotiation process": "",
    "negotiations": "",
    "process": "",
    "conflict": "conflict",
    "war": "conflict",
    "dispute": "conflict",
    "partnership": "partnership",
    "alliance": "partnership",
}
#: Head nouns of things that are built and used; the family groups their names.
WORKS = {
    "corridor": "corridor",
    "route": "corridor",
    "railway": "rail",
    "railroad": "rail",
    "rail line": "rail",
    "line": "rail",
    "rail link": "rail",
    "highway": "road",
    "motorway": "road",
    "expressway": "road",
    "road": "road",
    "bridge": "bridge",
    "tunnel": "tunnel",
    "port": "port",
    "megaport": "port",
    "seaport": "port",
    "terminal": "terminal",
    "canal": "canal",
    "strait": "strait",
    "pipeline": "pipeline",
    "crossing": "crossing",
    "checkpoint": "crossing",
    "border post": "crossing",
    "border": "border",
    "hub": "hub",
    "dry port": "port",
    "ferry": "ferry",
    "airport": "airport",
    "dam": "dam",
    "link": "rail",
    "project": "project",
}

#: What, before a match in its clause, turns it into a denial.
NEGATION = re.compile(
    r"\b(?:not(?!\s+(?:only|just|merely|least))|never|no longer|\w+n['\u2019]t|without|neither"
    r"|nor|den(?:y|ies|ied|ying)|"
    r"reject(?:s|ed|ing)?|refut(?:es|ed)|far from|refus(?:es|ed) to|fail(?:s|ed)? to|ruled? out"
    r"|rules out|no evidence|"
    r"none of|nobody|hardly|played no|plays no|had no|has no|have no|took no|with no"
    r"|no\s+(?:role|part|mediator|signatory|"
    r"witness|guarantor|host|agreement|treaty|deal))\b",
    re.IGNORECASE,
)

#: Where one statement ends and another begins inside a sentence.
CLAUSE = re.compile(
    r";\s|\s[\u2013\u2014]\s|\s--\s|,\syet\s|,?\s(?:but|while|whilst|whereas|although|though"
    r"|because|so that|even though|despite the fact that)\s"
    r"|,\s(?=(?:it|he|she|they|its|his|her|their|this|these|those|there|both|which|where|who"
    r"|whose|nor|instead|rather)\b)"
    r"|,\s(?:and\s)?(?=[a-z ]{0,20}(?:the\s)?[A-Z][\w-]+(?:\s[A-Z][\w-]+){0,3}\s(?:has|have|had"
    r"|is|are|was|were|will|would|did|does|do|denied|said)\b)"
    r"|,\s(?:and|or)\s(?=(?:it|he|she|they)\s)"
    r"|\sand\s(?=(?:it|he|she|they)\s(?:has|have|had|is|are|was|were|will)\b)"
)
OPENING = re.compile(
    r"^\W*(?:\w+,\s)?(?:[A-Z]\w+ (?:to note )?that )?(?:while|whilst|although|though|whereas|even though)\s",
    re.IGNORECASE,
)

PLAN = re.compile(
    r"\b(?:will|would|shall|plan(?:s|ned|ning)?(?: to| for)?|scheduled|expected to|is expected"
    r"|are expected|due to (?:be|open|start|begin|sign|meet|visit|complete|finish|enter|come"
    r"|take|host|launch|run|reach)|set to|slated|to be "
    r"(?:signed|held|built|opened|completed|ratified|prepared|launched|hosted|finalised"
    r"|finalized|commissioned)|preparing to|"
    r"prepares to|intend(?:s|ed)? to|aim(?:s|ing)? to (?:open|complete|finish|sign|build)"
    r"|upcoming|forthcoming|next round|hope(?:s|d)? to|(?:is|are|was|were) to|"
    r"about to|promis(?:es|ed) to|target(?:s|ed)?)\b",
    re.IGNORECASE,
)
OFFER = re.compile(
    r"\b(?:offer(?:s|ed|ing)?|propos(?:es|ed|ing)|invit(?:es|ed|ing)|volunteer(?:s|ed)?"
    r"|(?:ready|willing|prepared|readiness|willingness) "
    r"to (?:host|mediate|provide|facilitate|hold|act|serve|help|offer|receive))\b",
    re.IGNORECASE,
)
OPINION = re.compile(
    r"\b(?:describ(?:es|ed|ing)|call(?:s|ed|ing) it|hail(?:s|ed|ing)|prais(?:es|ed|ing)"
    r"|believ(?:es|ed)|argu(?:es|ed)|consider(?:s|ed)|"
    r"in (?:his|her|their|its|my|our) (?:view|opinion)|welcom(?:es|ed|ing)|according to "
    r"(?:analysts|observers|experts|critics)|analysts say|"
    r"observers say|claim(?:s|ed))\b",
    re.IGNORECASE,
)
ESTIMATE = re.compile(
    r"\b(?:estimat(?:es?|ed)|about|around|approximately|roughly|some|nearly|almost|up to|as "
    r"many as|as much as|more than|over|at least|"
    r"project(?:s|ed)? to|forecast(?:s|ed)?|expected to (?:reach|handle|carry|cost|exceed))\b",
    re.IGNORECASE,
)

#: Stages of an instrument: the value of the status, and the words for it.
STAGES = (
    (
        "initialled",
        re.compile(
            r"\binitial(?:l?ed|l?ing)\b(?!\s+(?:public|phase|stage|step))|(?<=not\s)initial\b(?=\s+(?:the|it|an?|this)\b)",
            re.IGNORECASE,
        ),
    ),
    ("ratified", re.compile(r"\b(?:ratified|ratifies)\b", re.IGNORECASE)),
    (
        "in force",
        re.compile(
            r"\b(?:(?:enter(?:s|ed)?|came|come|comes|entry|put|brought) into (?:force|effect)|in force"
            r"|took effect|takes effect|take effect)\b",
            re.IGNORECASE,
        ),
    ),
    (
        "text agreed",
        re.compile(
            r"\b(?:finali[sz](?:ed|ing|es?)|text (?:was |has been |had been |is |were )?(?:fully "
            r")?(?:agreed|concluded|settled|completed)|agree(?:d|ing|ment) on the (?:final )?text|"
            r"conclu(?:ded|ding|sion of) (?:the )?(?:negotiations|talks|text))\b",
            re.IGNORECASE,
        ),
    ),
    ("signed", re.compile(r"\b(?:sign(?:ed|s|ing|ature)?|signing)\b", re.IGNORECASE)),
    (
        "not binding",
        re.compile(
            r"\b(?:non-binding|not (?:legally )?binding|no legal(?:ly binding)? (?:obligations?"
            r"|force))\b",
            re.IGNORECASE,
        ),
    ),
    ("suspended", re.compile(r"\b(?:suspend(?:ed|s)?|suspension|froze|frozen)\b", re.IGNORECASE)),
    (
        "terminated",
        re.compile(
            r"\b(?:terminat(?:ed|es)|cancel(?:l?ed|s)|annul(?:led|s)|scrapp(?:ed)|withdr(?:ew|awn) from"
            r"|lapsed|abrogated|revoked)\b",
            re.IGNORECASE,
        ),
    ),
)
#: What makes a signature a thing still to come, or a condition, rather than a fact.
UNSIGNED = re.compile(
    r"\b(?:(?:condition|precondition|obstacle|hurdle|requirement|step)s?\s+(?:left\s+"
    r"|remaining\s+)?(?:for|to|before|of)\s+(?:the\s+)?sign(?:ing|ature)?"
    r"|(?:yet|remains?|still|waiting|has yet|have yet) to be signed|before (?:it|the \w+(?: "
    r"\w+)?|they) (?:can|could|will|is|are)\s*(?:be )?sign(?:ed)?"
    r"|unsigned|not (?:yet )?(?:been )?sign(?:ed)?|never (?:been )?signed|pending signature"
    r"|awaits? signature|without (?:a )?sign(?:ature|ing)"
    r"|hope(?:s|d)? to sign|prior to sign(?:ing|ature)|before sign(?:ing|ature)|ahead of "
    r"sign(?:ing|ature))\b",
    re.IGNORECASE,
)
FUTURE_SIGNING = re.compile(
    r"\b(?:will|would|to|shall|may|might|could|can|should|ready to|expected to|due to|agreed to"
    r"|plan(?:s|ned)? to|be)\s+(?:be\s+)?sign(?:ed)?\b|\bfor (?:the )?sign(?:ing|ature)\b",
    re.IGNORECASE,
)

#: States of works and gates.
CONDITIONS_OF_WORKS = (
    (
        "works started",
        re.compile(
            r"\b(?:broke ground|breaking ground|ground(?:-|\s)?breaking|construction (?:of \S+ "
            r")?(?:began|started|commenced|has begun|has started|is under ?way)|works? (?:on \S+(?: "
            r"\S+){0,4} )?(?:began|started|commenced|have begun)|under construction|foundation stone)\b",
            re.IGNORECASE,
        ),
    ),
    (
        "built",
        re.compile(
            r"\b(?:(?:was|is|were|are|been) (?:fully |finally )?(?:completed|built|finished)"
            r"|construction (?:was|is|has been) (?:completed|finished)|completed in)\b",
            re.IGNORECASE,
        ),
    ),
    (
        "open",
        re.compile(
            r"\b(?:(?:begins?|began|begun|starts?|started) operat(?:ions|ing)|(?:re)?opens(?!\s(?:the "
            r"way|a new|a way|door|talks|up))|(?:was|were|been|is|are) (?:officially |formally |now "
            r"|fully |partly )?(?:re)?(?:opened|inaugurated|commissioned|launched|open)|(?:re)?opened"
            r"|inaugurat(?:ed|es|ion)|entered (?:into )?(?:service|operation)|came into operation"
            r"|became operational|is operational|in operation)\b",
            re.IGNORECASE,
        ),
    ),
    (
        "shut",
        re.compile(
            r"\b(?:(?:was|were|been|is|are|remains?|remained|stays?) (?:temporarily |again |still "
            r"|largely )?(?:closed|shut|blocked|blockaded|sealed)|(?:closed|shut|blocked|sealed|closes"
            r"|shuts) (?:down )?(?:its|the|all|their|every) |closure of|blockade of|shutdown of)\b",
            re.IGNORECASE,
        ),
    ),
    (
        "suspended",
        re.compile(
            r"\b(?:suspend(?:ed|s)|halted|halts|stopped (?:all )?(?:traffic|transit|shipments|trains)"
            r"|put on hold|paused)\b",
            re.IGNORECASE,
        ),
    ),
    (
        "postponed",
        re.compile(r"\b(?:postpon(?:ed|es)|delay(?:ed|s)|pushed back|put off|slipped to)\b", re.IGNORECASE),
    ),
    ("cancelled", re.compile(r"\b(?:cancel(?:l?ed|s)|scrapped|abandoned|called off)\b", re.IGNORECASE)),
)
COMPLETION = re.compile(
    r"\b(?:complet(?:ed|ion|e)|finish(?:ed)?|ready|commission(?:ed|ing)|operational|open(?:ed"
    r"|ing)?|inaugurat(?:ed|ion)|launch(?:ed)?|enter (?:into )?(?:service|operation)|built"
    r"|delivered|start (?:of )?operations?|handed over)\b",
    re.IGNORECASE,
)

OFFICES = (
    "Prime Minister|Deputy Prime Minister|Vice President|Vice-President|President|Chancellor"
    "|Premier|King|Queen|Emir|Sultan|Crown Prince|"
    "Foreign Minister|Minister of Foreign Affairs|Secretary of State|Transport Minister"
    "|Minister of Transport|Trade Minister|"
    "Finance Minister|Defence Minister|Defense Minister|Energy Minister|Economy Minister"
    "|Interior Minister|Infrastructure Minister|"
    "Railway Minister|Minister|Ambassador|Envoy|Special Envoy|Secretary-General|Secretary "
    "General|Governor|Speaker|Chairman|"
    "Chairperson|Director General|General|PM"
)
