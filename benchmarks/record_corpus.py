"""Synthetic corpora of which the truth is known: who copied whom, what really happened, who errs how often.

Nothing here is about the world: names are made of syllables, stories of phrases that are put together at
random. Independent accounts of one event share its names, its figures and often a quotation, as real ones do;
a rewriting changes words, turns sentences round, drops some, adds its own, and sometimes keeps a disclaimer
that names its parent.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random

from landbridge.record.model import Address, Claim, Document, Mention, PartKind, Sentence, Source

_SYLLABLES = """
    ba ko ri mar tel su van dor ne kal ish or ga len to hur ma zed pol qua ser ith um bel cra fen
"""
SYLLABLES = _SYLLABLES.split()
#: Groups of words that may stand for one another; a rewriting takes another of the group.
_SYNONYMS = """
    agreed consented; announced declared revealed; began started commenced; built constructed erected;
    called named termed; carried moved conveyed; changed altered modified; clear plain evident; closed
    shut sealed; common shared joint; costs expenses outlays; crossed traversed passed; cut reduced
    lowered; delayed postponed deferred; demanded required sought; described portrayed depicted; early
    initial first; ended concluded finished; expected foreseen anticipated; experts analysts
    specialists; fast quick swift; feared dreaded; firms companies businesses; goods freight
    merchandise; grew rose climbed; hard difficult arduous; helped aided assisted; hopes expectations;
    huge vast enormous; kept retained maintained; large big sizeable; lasting durable enduring; local
    regional provincial; long lengthy extended; lorries trucks; met gathered convened; money funds
    finance; near close adjacent; needed necessary essential; officials functionaries; often frequently;
    opened inaugurated launched; paid funded financed; plain simple straightforward; planned intended
    projected; pressed urged pushed; promised pledged vowed; quickly rapidly swiftly; quiet calm
    tranquil; rail railway; rare scarce uncommon; repaired mended restored; rules regulations
    provisions; ships vessels; shippers forwarders; short brief; showed demonstrated indicated; slow
    sluggish; small minor modest; stopped halted ceased; strong robust sturdy; talks negotiations
    discussions; told informed; towns cities; traders merchants dealers; tried attempted; trip journey
    voyage; urgent pressing; useful helpful beneficial; wagons carriages; waited lingered; weak feeble
    frail; wide broad; workers labourers; yearly annual; yield output
"""
SYNONYMS = [words.split() for words in _SYNONYMS.split(";")]
_OTHER = {word: group for group in SYNONYMS for word in group}
_NOUNS = """
    bridge canal clerks columns contracts convoys cranes crews customs delays depots docks drivers
    engineers farmers ferries fees fences floods forecasts fuel gates grain guards harbours hills
    inspectors insurers ledgers lenders letters locks machines maps merchants miners mines mountains
    offices ore papers passes permits pilots plains platforms prices quarries queues rails rivers roads
    scales schedules seals sheds shippers sidings signals smelters snow steel stores storms surveyors
    tariffs tenders ticks timber tolls towns traders tunnels valleys villages warehouses weather wells
    wharves wheat winter workers workshops yards
"""
NOUNS = _NOUNS.split()
_ADJECTIVES = """
    ageing ample awkward bare blunt brisk broken busy careful cheap coastal costly crowded distant dry
    dusty eager empty faint fresh frozen gloomy golden harsh hidden idle inland kind large lasting late
    lean long loose mild muddy narrow near northern old open patient plain poor proud quiet rare ready
    remote rough rural rusty sandy scarce sharp shallow short slow small smooth southern steep stern
    strong stubborn sudden tall tidy tired urgent vast weak wide worn
"""
ADJECTIVES = _ADJECTIVES.split()
_VERBS = """
    alarmed amused annoyed baffled balanced blocked bothered changed cheered checked cleared counted
    covered crossed crowded delayed divided drained eased emptied fed filled followed forced framed
    freed guided halted helped hid joined kept lifted linked loaded lured marked measured mended moved
    outlasted passed paused pleased pressed puzzled raised reached repaired replaced rested saved shaped
    shook slowed spared spoiled steered stopped supplied surprised tested tired touched troubled turned
    warmed weighed worried
"""
VERBS = _VERBS.split()
_ADVERBS = """
    again almost barely daily early gladly hardly later mostly nearly often once openly rarely seldom
    soon still twice
"""
ADVERBS = _ADVERBS.split()
_LINKS = """
    after although and as because before but once since unless until when whenever where while
"""
LINKS = _LINKS.split()
_PLACES = """
    above across along behind below beside beyond inside near outside past round through towards under
    upon
"""
PLACES = _PLACES.split()
OPENERS = (
    "", "", "", "At dawn ", "By then ", "For years ", "In part ", "In spring ", "Last winter ", "On paper ",
    "Since then ", "This week ", "To many ", "Under the plan ", "With time ",
)  # fmt: skip
#: Ways to tell one fact; what stands in braces is the fact's own.
TELLINGS: dict[str, tuple[str, ...]] = {
    "date": (
        "It happened on {value}.", "The day was {value}.", "On {value} everything was {adjective}.",
        "{a} and {b} met on {value}.", "They had settled on {value} for it.",
        "{value} was the day they chose.",
    ),
    "place": (
        "{value} was the venue.", "They came to {value} for it.", "All this took place in {value}.",
        "The hall in {value} was {adjective}.", "{a} had asked for {value}.",
        "Delegates of {b} reached {value} early.",
    ),
    "status": (
        "The text was {value}.", "It is now {value}.", "As of that evening the paper had been {value}.",
        "{a} says that it was {value}.", "Lawyers of {b} call it {value}.",
    ),
    "capacity": (
        "The line can carry {value} tonnes.", "A capacity of {value} tonnes was named.",
        "{value} tonnes is the figure.",
        "{b} counts on {value} tonnes.", "Planners reckon with {value} tonnes.",
    ),
}  # fmt: skip
FIELDS = tuple(TELLINGS)
STATUSES = (
    "initialled",
    "signed",
    "ratified",
    "in force",
    "text agreed",
    "suspended",
    "terminated",
    "postponed",
)
_STORIES = Path(__file__).resolve().parent.parent / "tests" / "record_documents"
QUOTE_STARTS = ("We will", "Nobody should", "Our people", "The region must", "History will", "This road can")


@dataclass(frozen=True)
class Texts:
    """Documents with who copied whom; ``family`` is one number for all copies of one text."""

    documents: tuple[Document, ...]
    parent: dict[str, str]
    family: dict[str, int]
    event: dict[str, int]

    @property
    def dependent_pairs(self) -> set[tuple[str, str]]:
        """All pairs of documents of one family, smaller id first."""
        families: dict[int, list[str]] = {}
        for name, number in self.family.items():
            families.setdefault(number, []).append(name)
        return {
            (a, b) if a < b else (b, a)
            for names in families.values()
            for i, a in enumerate(names)
            for b in names[i + 1 :]
        }


@dataclass(frozen=True)
class Claims:
    """Claims with the true values of their fields, and what each source is."""

    claims: tuple[Claim, ...]
    sources: tuple[Source, ...]
    truth: dict[tuple[str, str], str]
    accuracy: dict[str, float]
    parent: dict[str, str] = field(default_factory=dict)


def name_of(random: Random, length: int = 3) -> str:
    """Make a name of syllables."""
    return "".join(random.choice(SYLLABLES) for _ in range(length)).title()


def _thing(random: Random) -> str:
    return f"the {random.choice(ADJECTIVES)} {random.choice(NOUNS)}"


def _clause(random: Random) -> str:
    first, verb = _thing(random), f"{random.choice(ADVERBS)} {random.choice(VERBS)}"
    return f"{first} {verb} the {random.choice(NOUNS)} {random.choice(PLACES)} {_thing(random)}"


def _colour(random: Random, names: list[str]) -> str:
    """A sentence that carries no fact."""
    first = _clause(random)
    if random.random() < 0.4:
        first = f"{random.choice(names)} {random.choice(VERBS)} {_thing(random)}"
    second = f" {random.choice(LINKS)} {_clause(random)}" if random.random() < 0.7 else ""
    text = f"{random.choice(OPENERS)}{first}{second}."
    return text[0].upper() + text[1:]


def _values(random: Random) -> dict[str, str]:
    day = date(2015, 1, 1) + timedelta(days=random.randrange(4000))
    return {
        "date": day.isoformat(),
        "place": name_of(random),
        "status": random.choice(STATUSES),
        "capacity": str(random.randrange(100, 9999) * 10),
    }


def _story(random: Random, a: str, b: str, values: dict[str, str], quote: str, length: int) -> list[str]:
    """One author's account of an event: facts in words of its own, among colour."""
    names = [a, b, f"Minister {a}", f"the {b} railway"]
    lines = [
        random.choice(TELLINGS[name]).format(value=value, a=a, b=b, adjective=random.choice(ADJECTIVES))
        for name, value in values.items()
    ]
    if random.random() < 0.5:
        lines.append(f"“{quote},” said {a}.")
    lines += [_colour(random, names) for _ in range(length)]
    random.shuffle(lines)
    return [
        f"{a} and {b}: {_thing(random)} {random.choice(VERBS)} {values['place']}",
        *lines,
    ]


def _other_word(random: Random, word: str) -> str:
    bare = word.strip(".,").lower()
    group = _OTHER.get(bare)
    if group is None:
        for pool in (NOUNS, ADJECTIVES, VERBS):
            if bare in pool:
                # Not every word has a synonym here: a neighbour in the list stands for one, always the same.
                return word.replace(bare, pool[(pool.index(bare) + 1) % len(pool)])
        return word
    return word.replace(bare, random.choice([other for other in group if other != bare]))


def rewrite(
    random: Random, lines: list[str], *, words: float, drop: float, swap: float, own: list[str]
) -> list[str]:
    """Rewrite a story as a machine does: other words, other order, some sentences less, some of its own."""
    kept = [lines[0], *(line for line in lines[1:] if random.random() >= drop)]
    changed = [
        " ".join(_other_word(random, word) if random.random() < words else word for word in line.split())
        for line in kept
    ]
    for place in range(1, len(changed) - 1):
        if random.random() < swap:
            changed[place], changed[place + 1] = changed[place + 1], changed[place]
    for line in own:
        changed.insert(random.randrange(1, len(changed) + 1), line)
    return changed


def _document(name: str, lines: list[str], closing: str) -> Document:
    sentences = [Sentence(Address(1, 1), "headline", lines[0])]
    part: PartKind = "body"
    for number, line in enumerate(lines[1:]):
        sentences.append(Sentence(Address(2 + number // 4, 1 + number % 4), part, line))
    if closing:
        sentences.append(Sentence(Address(3 + len(lines) // 4, 1), "body", closing))
    return Document(name, tuple(sentences))


def build_texts(
    n_documents: int,
    *,
    seed: int = 1,
    copies: float = 0.4,
    words: tuple[float, float] = (0.0, 0.5),
    drop: tuple[float, float] = (0.0, 0.6),
    per_event: int = 6,
    length: int = 18,
) -> Texts:
    """Build documents: originals, several independent ones to an event, and rewritings of some of them.

    Parameters
    ----------
    copies
        Share of documents that are copies.
    words, drop
        Range of the share of words that a rewriting changes, and of sentences that it drops.
    per_event
        Documents to an event, copies among them.
    length
        Sentences of an original besides its facts; a document has about 25 words to each.
    """
    random = Random(seed)
    documents: list[Document] = []
    parent: dict[str, str] = {}
    family: dict[str, int] = {}
    event_of: dict[str, int] = {}
    event = -1
    stories: list[tuple[str, list[str], str]] = []
    a = b = quote = ""
    values: dict[str, str] = {}
    for number in range(n_documents):
        if number % per_event == 0:
            event, stories = event + 1, []
            a, b, values = name_of(random), name_of(random), _values(random)
            quote = (
                f"{random.choice(QUOTE_STARTS)} {' '.join(random.choice(NOUNS + VERBS) for _ in range(14))}"
            )
        name = f"d{number:06}"
        event_of[name] = event
        disclaimer = ""
        if stories and random.random() < copies * per_event / (per_event - 1):
            elder, lines, paper = random.choice(stories)
            own = [_colour(random, [a, b]) for _ in range(random.randrange(0, 6))]
            lines = rewrite(
                random, lines, words=random.uniform(*words), drop=random.uniform(*drop), swap=0.3, own=own
            )
            parent[name], family[name] = elder, family[elder]
            if random.random() < 0.2:
                disclaimer = (
                    f"The views expressed here do not necessarily reflect the position of The {paper}."
                )
        else:
            told = {key: value for key, value in values.items() if random.random() < 0.9}
            lines = _story(
                random,
                a,
                b,
                told | {"place": values["place"]},
                quote,
                random.randrange(length // 2, length + 6),
            )
            family[name] = number
            paper = f"{name_of(random)} {random.choice(('Times', 'Post', 'Gazette', 'Herald'))}"
        stories.append((name, lines, paper))
        documents.append(_document(name, lines, disclaimer))
    return Texts(tuple(documents), parent, family, event_of)


def _wrong(random: Random, true: str, false: list[str]) -> str:
    return random.choice([value for value in false if value != true])


def _false_values(random: Random, name: str, true: str, count: int) -> list[str]:
    """The errors that a field invites: the same few are made again and again."""
    if name == "date":
        day = date.fromisoformat(true)
        return [
            (day + timedelta(days=random.choice((-400, -365, -61, -31, 12, 17, 31, 92, 365)))).isoformat()
            for _ in range(count)
        ]
    if name == "capacity":
        return [str(int(int(true) * random.choice((0.55, 0.7, 0.8, 1.25, 1.4, 1.9)))) for _ in range(count)]
    if name == "status":
        return [status for status in STATUSES if status != true]
    return [name_of(random) for _ in range(count)]


def build_claims(
    n_claims: int,
    *,
    seed: int = 1,
    per_source: int = 250,
    per_field: int = 8,
    copiers: float = 0.4,
    copy_rate: float = 0.8,
    accuracy: tuple[float, float] = (0.55, 0.95),
    false_values: int = 6,
) -> Claims:
    """Build claims of sources of which some copy others, with the true value of each field.

    Copiers take after few, poor parents, as the web does: a false value may have the majority. The
    reliability that a source is said to have follows its accuracy, with one in five misjudged.
    """
    random = Random(seed)
    n_sources = max(n_claims // per_source, 8)
    n_fields = max(n_claims // per_field, 4)
    names = [f"s{number:05}" for number in range(n_sources)]
    n_copiers = int(copiers * n_sources)
    right = {name: random.uniform(*accuracy) for name in names}
    originals, copying = names[: n_sources - n_copiers], names[n_sources - n_copiers :]
    poor = sorted(originals, key=right.__getitem__)[: max(len(originals) // 6, 2)]
    parent = {name: random.choice(poor) for name in copying}
    keys = [(f"e{number // len(FIELDS):06}", FIELDS[number % len(FIELDS)]) for number in range(n_fields)]
    truth: dict[tuple[str, str], str] = {}
    errors: dict[tuple[str, str], list[str]] = {}
    for number in range(0, n_fields, len(FIELDS)):
        for key, value in zip(keys[number : number + len(FIELDS)], _values(random).values(), strict=False):
            truth[key] = value
            errors[key] = _false_values(random, key[1], value, false_values)
    claims: list[Claim] = []
    said: dict[str, dict[tuple[str, str], str]] = {}

    def say(name: str, key: tuple[str, str], value: str) -> None:
        said.setdefault(name, {})[key] = value
        claims.append(Claim(f"C{len(claims):06}", key[0], key[1], "", value, Mention(name)))

    each = n_claims // n_sources
    for name in originals:
        for key in random.sample(keys, min(each, n_fields)):
            is_right = random.random() < right[name]
            say(name, key, truth[key] if is_right else _wrong(random, truth[key], errors[key]))
    for name in copying:
        elder = said[parent[name]]
        taken = [key for key in elder if random.random() < copy_rate]
        others = [key for key in random.sample(keys, min(each, n_fields)) if key not in elder]
        for key in taken:
            say(name, key, elder[key])
        for key in others[: max(each - len(taken), 0)]:
            is_right = random.random() < right[name]
            say(name, key, truth[key] if is_right else _wrong(random, truth[key], errors[key]))
    sources = []
    for name in names:
        held = (
            "reputable" if right[name] > 0.8 else "secondary" if right[name] > 0.65 else "machine_rewritten"
        )
        if random.random() < 0.2:
            held = random.choice(("reputable", "secondary", "machine_rewritten"))
        sources.append(Source(name, reliability=held))  # type: ignore[arg-type]  # one of its own words
    return Claims(tuple(claims), tuple(sources), truth, right, parent)


def write_rewritings(n: int, folder: Path, *, seed: int) -> None:
    """Write rewritings of two texts of some 4 kB: their lines shuffled, or 15 percent of them left out.

    The texts are the invented ones of the tests, four in each.
    """
    random = Random(seed)
    stories = [path.read_text("utf-8").splitlines() for path in sorted(_STORIES.glob("*.txt"))]
    texts = [[line for story in stories[first::2] for line in story] for first in (0, 1)]
    for number in range(n):
        lines = list(random.choice(texts))
        if random.random() < 0.5:
            random.shuffle(lines)
        else:
            lines = [line for line in lines if random.random() >= 0.15]
        (folder / f"d{number:05}.txt").write_text("\n".join(lines), encoding="utf-8")
