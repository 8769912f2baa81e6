"""Tonnes, containers, money, kilometres, shares: amounts with their unit, and what they cover."""

import re
from dataclasses import dataclass

from landbridge.record.extract_apart import is_told_on, speaks_of_another_work
from landbridge.record.extract_meaning import modality_at, stance_at
from landbridge.record.extract_mentions import Parsed
from landbridge.record.extract_roles import Proposals
from landbridge.record.extract_story import Story
from landbridge.record.model import Modality

_FLAGS = re.IGNORECASE
_N = r"(?P<n>\d{1,3}(?:[ ,\u00a0]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
_TO = r"(?:\s*(?:-|\u2013|to)\s*(?P<n2>\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?))?"
_SCALE = r"(?:\s*-?\s*(?P<scale>thousand|million|billion|trillion|mln|bln|bn|mn|m(?=\s|\b)|k(?=\s|\b)))?"
_CURRENCIES = {
    "$": "USD",
    "us$": "USD",
    "\u20ac": "EUR",
    "\u00a3": "GBP",
    "\u00a5": "CNY",
    "dollars": "USD",
    "dollar": "USD",
    "us dollars": "USD",
    "usd": "USD",
    "euros": "EUR",
    "euro": "EUR",
    "eur": "EUR",
    "pounds": "GBP",
    "gbp": "GBP",
    "yuan": "CNY",
    "cny": "CNY",
    "rand": "ZAR",
    "rupees": "INR",
    "rs": "INR",
    "rs.": "INR",
    "\u20b9": "INR",
    "yen": "JPY",
    "jpy": "JPY",
    "roubles": "RUB",
    "rubles": "RUB",
    "lira": "TRY",
    "reais": "BRL",
    "naira": "NGN",
    "shillings": "KES",
    "baht": "THB",
    "soles": "PEN",
    "pesos": "MXN",
    "zar": "ZAR",
    "cad": "CAD",
    "aud": "AUD",
}
_MONEY = re.compile(
    rf"(?P<sign>US\$|Rs\.?|[$\u20ac\u00a3\u00a5\u20b9])\s?{_N}{_TO}{_SCALE}"
    rf"|(?P<code>USD|EUR|GBP|CNY|ZAR)\s?{_N.replace('<n>', '<m>')}{_SCALE.replace('<scale>', '<scale2>')}"
    rf"|{_N.replace('<n>', '<k>')}{_SCALE.replace('<scale>', '<scale3>')}\s+(?P<word>(?:US "
    rf")?dollars?|euros?|pounds|yuan|rand|yen|roubles|rubles|lira|USD|EUR|GBP|reais|naira"
    rf"|shillings|baht|soles)\b",
    _FLAGS,
)
_UNITS = {
    "t": r"(?:metric\s+)?(?:tonnes?|tons?)\b|Mt\b|t\b(?=\s+(?:of|a year|per))",
    "TEU": r"(?:TEUs?\b|twenty-foot equivalent units?|containers?\b)",
    "km": r"(?:km\b|kilomet(?:re|er)s?\b|-kilomet(?:re|er)\b|-km\b)",
    "m": r"(?:-?met(?:re|er)s?\b)(?!\s+(?:gauge|deep|wide|high|tall|above))",
    "percent": r"(?:%|per\s?cent\b|percentage points?\b)",
    "trains": r"(?:(?:freight |container |block |goods )?trains?\b(?:\s+pairs?)?|pairs? of trains)",
    "wagons": r"(?:wagons?|rail ?cars?)\b",
    "trucks": r"(?:trucks?|lorries|vehicles)\b",
    "ships": r"(?:(?:container |merchant |cargo )?(?:ships?|vessels?|ferries)|passages?|transits)\b",
    "barrels": r"(?:barrels?\b|bpd\b)",
    "MW": r"(?:MW|megawatts?)\b",
}
_AMOUNT = re.compile(
    rf"(?<![\w.,-])(?<!Article )(?<!phase )(?<!No\. ){_N}{_TO}{_SCALE}[\s-]*(?:"
    + "|".join(rf"(?P<u{i}>{p})" for i, p in enumerate(_UNITS.values()))
    + r")",
    _FLAGS,
)
_NAMES = tuple(_UNITS)
_YEARLY = re.compile(
    r"^\s*(?:of (?:\w+\s){1,3})?(?:a|per|each|every|/)\s?(?P<per>year|day|month|week|annum)"
    r"|^\s*(?:of (?:\w+\s){1,3})?(?P<adv>annually|daily|yearly|monthly|weekly)",
    _FLAGS,
)
_CAPACITY = re.compile(
    r"\bcapacit\w+|\b(?:expected|designed|built|able) to handle\b|\bable to (?:handle|carry)"
    r"|\bcan (?:handle|carry|take)|\bdesigned (?:to (?:handle|carry)|for)|\bup to\b"
    r"|\bthroughput of up to",
    _FLAGS,
)
_COST = re.compile(
    r"\bcosts?\b|\bcosting\b|\bworth\b|\bprice tag\b|\binvest\w*|\bbudget\w*|\bpriced\b"
    r"|\bvalued\b|\bestimated at\b|\bproject\b|\bbuild",
    _FLAGS,
)
_LOAN = re.compile(
    r"\bloans?\b|\bcredit\b|\bfinanc\w+|\blend\w*|\blent\b|\bgrants?\b|\bfund\w*|\bpledg\w*|\bguarantee",
    _FLAGS,
)
_TARIFF = re.compile(r"\b(?:tariff|fee|toll|charge|rate|duty)\b", _FLAGS)
_LENGTH = re.compile(
    r"\b(?:long|length|stretch|runs?|line|railway|railroad|road|route|section|corridor|bridge"
    r"|track|tunnel|pipeline|highway|of (?:new )?rail)\b",
    _FLAGS,
)
_VOLUME = re.compile(
    r"\b(?:carried|handled|moved|transported|shipped|volume|traffic|throughput|cargo|freight"
    r"|passed|reached|totalled|totaled|transit|hauled|loaded|exports?|imports?|rose|fell|grew"
    r"|increased)\b",
    _FLAGS,
)
_PROGRESS = re.compile(r"\b(?:complet\w*|finished|ready|built|done|progress|under way)\b", _FLAGS)
_SHARE = re.compile(r"\b(?:stake|share|shareholding|equity|owns?|hold(?:s|ing)?)\b", _FLAGS)
_DRAUGHT = re.compile(r"\b(?:deep|draught|draft|depth|wide|high|tall|gauge)\b", _FLAGS)
_SCALES = {
    "thousand": 1e3,
    "k": 1e3,
    "million": 1e6,
    "mln": 1e6,
    "mn": 1e6,
    "m": 1e6,
    "billion": 1e9,
    "bln": 1e9,
    "bn": 1e9,
    "trillion": 1e12,
}
_SCOPES = (
    ("transit", re.compile(r"\btransit (?:cargo|traffic|freight|goods|containers)\b", _FLAGS)),
    (
        "",
        re.compile(
            r"\b(?:including|excluding|without counting|not counting) (?:the |its |all )?(?:\w+ ){0,2}"
            r"(?:terminals?|ports?|transit|transshipment|oil|coal|grain|empties|empty containers"
            r"|feeders?|road|rail|railways?)\b",
            _FLAGS,
        ),
    ),
    ("ports", re.compile(r"\b(?:through|via|at) (?:its |the )?(?:\w+\s)?ports?\b", _FLAGS)),
    ("rail", re.compile(r"\bby rail\b|\bon the railway\b", _FLAGS)),
    ("road", re.compile(r"\bby (?:road|truck|lorry)\b", _FLAGS)),
    ("first phase", re.compile(r"\b(?:first|initial) (?:phase|stage)\b", _FLAGS)),
    ("second phase", re.compile(r"\bsecond (?:phase|stage)\b", _FLAGS)),
    ("section", re.compile(r"\bsection\b|\bstretch\b", _FLAGS)),
    ("whole route", re.compile(r"\b(?:whole|entire) (?:route|corridor|line)\b", _FLAGS)),
)


@dataclass(frozen=True)
class _Number:
    low: float
    high: float | None

    def scaled(self, divisor: float) -> str:
        low = f"{self.low / divisor:.10g}"
        return low if self.high is None else f"{low}-{self.high / divisor:.10g}"


def _number(text: str, upper: str | None, scale: str | None) -> _Number:
    factor = _SCALES.get((scale or "").lower(), 1.0)
    low = float(re.sub(r"[ ,\u00a0]", "", text)) * factor
    high = float(upper.replace(",", "")) * factor if upper else None
    return _Number(low, high if high is None or high > low else None)


def propose_amounts(story: Story, parsed: Parsed, out: Proposals) -> None:
    """Propose volumes, capacities, costs, lengths, shares and counts of the work that a sentence is about."""
    text = parsed.text
    if not re.search(r"\d", text):
        return
    for found in _MONEY.finditer(text):
        _money(story, parsed, found, out)
    for found in _AMOUNT.finditer(text):
        _amount(story, parsed, found, out)
    quake = re.search(
        r"\b(?:magnitude|measuring)[ -](?P<m>\d\.\d)|\b(?P<m2>\d\.\d)(?:-magnitude)"
        r"?\s+(?:magnitude\s+)?(?:earthquake|quake)",
        text,
        _FLAGS,
    )
    if quake:
        out.add(parsed, "incident-earthquake", "magnitude", "", quake["m"] or quake["m2"])


def _event(story: Story, parsed: Parsed, position: int) -> str:
    """Give the work that an amount is of: named in the sentence nearest by, else the last one spoken of."""
    works = [t for t in parsed.things if t.cls == "work" and t.referent is not None]
    if works:
        best = min(works, key=lambda t: (not t.name, abs(t.start - position)))
        return best.referent.id if best.referent else ""
    instruments = [t for t in parsed.things if t.cls == "instrument" and t.referent is not None]
    if speaks_of_another_work(story, parsed):
        return ""
    if story.works():
        return story.last_work(parsed)
    return instruments[0].referent.id if instruments and instruments[0].referent else ""


def _scope(text: str) -> str:
    return next(
        (name or found.group(0).lower() for name, pattern in _SCOPES if (found := pattern.search(text))), ""
    )


def _scope_at(text: str, found: re.Match[str], start: int, end: int) -> str:
    """What an amount covers, by the words around it up to the next amount on either side."""
    others = [m for pattern in (_AMOUNT, _MONEY) for m in pattern.finditer(text, start, end)]
    low = max([start, found.start() - 60, *(m.end() for m in others if m.end() <= found.start())])
    high = min([end, found.end() + 45, *(m.start() for m in others if m.start() >= found.end())])
    scope = _scope(text[low:high])
    # "Up from 5 billion": the value of a time before, whether or not that is named.
    return scope if scope or not _ONCE.search(text[start : found.start()]) else "at an earlier time"


_ONCE = re.compile(
    r"\b(?:(?:up|down) from|(?:compared (?:with|to)|against))\s+(?:about\s+|some\s+|just\s+|only\s+)?$",
    _FLAGS,
)


def _modality(text: str, start: int, end: int, position: int) -> Modality:
    near = text[max(start, position - 26) : position]
    if re.search(
        r"\b(?:estimated|estimates?|approximately|roughly|forecast\w*|projected|expected)\b", near, _FLAGS
    ):
        return "estimate"
    meant = modality_at(text, start, end)
    return meant if meant in ("plan", "estimate") else "fact"


_COMPARED = re.compile(
    r"\b(?:from|against|compared (?:with|to)|versus|than)\s+(?:about\s+|some\s+|the\s+)?$", _FLAGS
)
_YEAR_BEFORE = re.compile(
    r"^[^,;.]{0,24}?\b(?:a year (?:earlier|before|ago)|(?:in )?the (?:previous|preceding) year)\b", _FLAGS
)


def _year(parsed: Parsed, position: int, end_of_amount: int) -> str:
    """Give the time that an amount is of: the date after it before another amount, or the one before it.

    In "5 tonnes in 2024, against 4 in 2023" each has its own; what an amount is compared with takes no
    date from before it, unless as "a year earlier".
    """
    text = parsed.text
    start, end = parsed.clause_at(position)
    dates = [
        d for d in parsed.dates
        if start <= d.start < end and not d.value.startswith("--") and not is_told_on(text, d.start, d.end)
    ]  # fmt: skip
    taken = [(d.start, d.end) for d in dates]
    amounts = [
        m.start() for m in _AMOUNT.finditer(text, start, end) if not any(a <= m.start() < b for a, b in taken)
    ]
    until = min((a for a in amounts if a > position), default=end)
    after = [d for d in dates if end_of_amount <= d.start < until]
    # "In 2024 it carried 5 tonnes, in 2023 4": a comma before "in" begins what belongs to the next amount.
    if until < end:
        after = [
            d for d in after if not re.search(r",\s*(?:and\s+)?(?:in\s+)?$", text[end_of_amount : d.start])
        ]
    before = [d for d in dates if d.end <= position]
    earlier = _YEAR_BEFORE.match(text[end_of_amount:])
    if earlier:
        year = before[-1].value if before else ""
        return str(int(year) - 1) if re.fullmatch(r"\d{4}", year) else ""
    if after:
        return after[0].value
    return "" if not before or _COMPARED.search(text[start:position]) else before[-1].value


def _money(story: Story, parsed: Parsed, found: re.Match[str], out: Proposals) -> None:
    text = parsed.text
    digits = found["n"] or found["m"] or found["k"]
    number = _number(digits, found["n2"], found["scale"] or found["scale2"] or found["scale3"])
    currency = _CURRENCIES[(found["sign"] or found["code"] or found["word"]).lower()]
    start, end = parsed.clause_at(found.start())
    around = text[max(start, found.start() - 70) : min(end, found.end() + 50)]
    per = re.match(
        r"\s*(?:a|per|/)\s?(?:tonne|ton|container|TEU|truck|wagon|barrel)\b", text[found.end() :], _FLAGS
    )
    event = _event(story, parsed, found.start())
    if not event:
        return
    modality = _modality(text, start, end, found.start())
    stance = stance_at(parsed, found.start())
    if per or (_TARIFF.search(around) and number.low < 1e5):
        out.add(
            parsed,
            event,
            "tariff",
            f"{currency}{' ' + per.group(0).strip() if per else ''}",
            number.scaled(1),
            unit=currency,
            modality=modality,
            stance=stance,
        )
        return
    unit, divisor = (f"{currency} billion", 1e9) if number.low >= 1e9 else (f"{currency} million", 1e6)
    after = text[found.end() : found.end() + 24]
    if re.match(
        r"[\s-]*(?:in |of |worth of )?(?:\w+\s)?(?:loans?|credit|grants?|funding|financing|guarantee)\b",
        after,
        _FLAGS,
    ) or (_LOAN.search(around) and not _COST.search(text[max(start, found.start() - 30) : found.end() + 12])):
        unit += " loan"
    elif not (_COST.search(around) or any(t.cls == "work" for t in parsed.things)):
        return
    out.add(
        parsed,
        event,
        "cost",
        unit,
        number.scaled(divisor),
        unit=unit,
        scope=_scope_at(text, found, start, end),
        modality=modality,
        stance=stance,
    )


def _amount(story: Story, parsed: Parsed, found: re.Match[str], out: Proposals) -> None:
    text = parsed.text
    index = next(i for i in range(len(_NAMES)) if found[f"u{i}"])
    unit = _NAMES[index]
    number = _number(found["n"], found["n2"], found["scale"])
    start, end = parsed.clause_at(found.start())
    around = text[max(start, found.start() - 60) : min(end, found.end() + 45)]
    event = _event(story, parsed, found.start())
    if not event:
        return
    modality = _modality(text, start, end, found.start())
    stance = stance_at(parsed, found.start())
    per = _YEARLY.match(text[found.end() :])
    period = {
        "annually": "year",
        "yearly": "year",
        "annum": "year",
        "daily": "day",
        "monthly": "month",
        "weekly": "week",
    }.get(
        ((per["per"] or per["adv"]) if per else "").lower(),
        (per["per"] or per["adv"] or "").lower() if per else "",
    )
    scope = _scope_at(text, found, start, end)
    year = _year(parsed, found.start(), found.end())
    divisor, shown = 1.0, unit
    if unit == "t":
        if found[f"u{index}"] == "Mt":
            number = _Number(number.low * 1e6, number.high * 1e6 if number.high else None)
        if number.low >= 1e5:
            divisor, shown = 1e6, "Mt"
    value = number.scaled(divisor)
    yearly = f"{shown} a {period}" if period else ""
    if unit in ("km", "m"):
        if _DRAUGHT.search(text[found.start() : found.end() + 12]):
            return
        if unit == "m" and number.low < 30:
            return
        if _LENGTH.search(around):
            out.add(
                parsed, event, "length", unit, value, unit=unit, scope=scope, modality=modality, stance=stance
            )
    elif unit == "percent":
        if _SHARE.search(around):
            entities = [e for e in parsed.entities if e.entry.kind != "place"]
            near = min(entities, key=lambda e: abs(e.start - found.start()), default=None)
            holder = (near.entry.state if near.entry.kind == "state" else near.entry.id) if near else ""
            out.add(parsed, event, "share", holder, value, unit=unit, modality=modality, stance=stance)
        elif _PROGRESS.search(around):
            subject = f"percent at {year}" if year else "percent"
            out.add(
                parsed,
                event,
                "progress",
                subject,
                value,
                unit=unit,
                scope=scope,
                valid_time=year,
                modality=modality,
                stance=stance,
            )
    elif (
        unit in ("t", "TEU", "barrels", "MW") or (unit in ("trains", "ships", "trucks", "wagons") and period)
    ) and _CAPACITY.search(around):
        out.add(
            parsed,
            event,
            "capacity",
            yearly or f"{shown} a year" if unit in ("t", "TEU") else yearly or shown,
            value,
            unit=yearly or shown,
            scope=scope,
            modality=modality,
            stance=stance,
        )
    elif unit in ("t", "TEU", "barrels"):
        if _VOLUME.search(around) or yearly:
            subject = f"{shown} {year}".strip() if year else yearly or shown
            out.add(
                parsed,
                event,
                "volume",
                subject,
                value,
                unit=shown,
                scope=scope,
                valid_time=year,
                modality=modality,
                stance=stance,
            )
    elif unit in ("ships", "trucks", "trains", "wagons") and yearly:
        subject = f"{yearly} {year}".strip()
        out.add(
            parsed,
            event,
            "volume",
            subject,
            value,
            unit=yearly,
            valid_time=year,
            modality=modality,
            stance=stance,
        )
    elif unit in ("trains", "wagons", "trucks", "ships"):
        out.add(
            parsed, event, "count", unit, value, unit=unit, valid_time=year, modality=modality, stance=stance
        )
