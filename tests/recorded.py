"""The small study of `studies.py` with a record: who said what of a made-up peace and a made-up line."""

from pathlib import Path

from tests.studies import write_small_study

SOURCES = """\
id,title,publisher,published,url,reliability,derived_from,file,note
N1,Made-up yearbook,Nobody,2024-05,,,,,
N2,Made-up plan,Nobody,2025,,,,,
GK,General knowledge,,,,low,,,
P1,Text of the agreement,Ministry of WST,2025-05-03,https://example.org/text,primary,,,
P2,Report from the hall,Daily One,2025-05-03,https://example.org/one,reputable,,,
P3,Second report,Daily Two,2025-05-04,,reputable,,,
P4,Rewritten report,Digest,2025-06,,machine_rewritten,,p4.txt,
P5,Rewritten again,Digest,2025-06,,machine_rewritten,P4,,
"""

TABLES = {
    "actors": """\
id,name,kind,country,note
WST,Westland,state,WST,
HIL,Hilland,state,HIL,
FAR,Farland,state,FAR,
ann-hill,Ann Hill,person,HIL,
west-rail,Westland Railway,railway,WST,
""",
    "events": """\
id,date,place,kind,title,actors,roles,outcome,affects,meets,process,status,source,note
2024-09-ground,2024-09,Gap (HIL),construction_start,Works on the line begin,HIL;west-rail,west-rail:builder;HIL:host,,gap-built,,gap-line,occurred,P2,
2025-05-02-peace-initialled,2025-05-02,Far (FAR),initialling,Both initial the peace,WST;HIL;FAR,WST:signatory;HIL:signatory;FAR:host;FAR:witness,,peace,,gap-peace,occurred,P1;P2,
2025-05-02-south-treaty,2026-06-01,South (STH),opening,The south opens again,WST,WST:operator,,south-usable,south-usable,,occurred,P2,
exp-peace-signing,2027,,signing,Both sign the peace,WST;HIL,WST:signatory;HIL:signatory,,peace,peace,gap-peace,expected,P1,
plan-gap-built,2028-06,Gap (HIL),completion,The line is built,west-rail,west-rail:builder,,gap-built,gap-built,gap-line,planned,P3,
""",
    "processes": """\
id,title,note
gap-peace,Peace of Westland and Hilland,
gap-line,The line through the gap,
""",
    "instruments": """\
id,instrument,name,stage,date,event,parties,witnesses,binding,process,source,note
peace-text-agreed,peace-treaty,Peace of the Gap,text agreed,2025-03,,WST;HIL,,yes,gap-peace,P1,
peace-initialled,peace-treaty,Peace of the Gap,initialled,2025-05-02,2025-05-02-peace-initialled,WST;HIL,FAR,yes,gap-peace,P1,
peace-signed,peace-treaty,Peace of the Gap,signed,2027,exp-peace-signing,WST;HIL,,yes,gap-peace,P1,
""",
    "claims": """\
id,event,field,subject,value,unit,scope,valid_time,stance,modality,source,locator,coder,note,withdrawn
C1,2025-05-02-peace-initialled,date,,2025-05-02,,,,asserts,fact,P1,,hand,,
C2,2025-05-02-peace-initialled,date,,2025-05,,,,asserts,fact,P2,,hand,,
C3,2025-05-02-peace-initialled,date,,2024-05,,,,asserts,fact,P4,p2 s1,hand,,
C4,2025-05-02-peace-initialled,status,peace treaty,initialled,,,,asserts,fact,P1,,hand,,
C5,2025-05-02-peace-initialled,status,peace treaty,signed,,,,asserts,fact,P4,p3 s2,hand,,
C6,2025-05-02-peace-initialled,status,peace treaty,signed,,,,asserts,fact,P5,,hand,,
C7,2025-05-02-peace-initialled,role,FAR,witness,,,,asserts,fact,P1,,hand,,
C8,2025-05-02-peace-initialled,role,FAR,signatory,,,,asserts,fact,P4,p3 s1,hand,,
C9,gate:gap-built,completion_planned,,2026-12,,,,asserts,plan,P2,,hand,,
C10,gate:gap-built,completion_planned,,2028-06,,,,asserts,plan,P3,,hand,,
C11,process:gap-peace,volume,2024,4.5,Mt,whole route,2024,asserts,fact,P2,,hand,,
C12,process:gap-peace,volume,2024,3.1,Mt,through the port,2024,asserts,fact,P3,,hand,,
C13,2025-05-02-south-treaty,date,,2026-06-01,,,,asserts,fact,P2,,hand,,
C14,2025-05-02-south-treaty,date,,2026-05,,,,asserts,fact,P2,,hand,,misread: the page speaks of the road
""",
}


def write_recorded_study(folder: Path, *changes: tuple[str, str, str]) -> Path:
    """Write the small study with its record and give its path; changes are those of `write_small_study`."""
    texts = {"sources": SOURCES, **TABLES}
    plain = []
    for name, old, new in changes:
        if name in texts:
            assert old in texts[name], f"{old!r} is not in {name}"
            texts[name] = texts[name].replace(old, new, 1)
        else:
            plain.append((name, old, new))
    study = write_small_study(folder, *plain)
    for name, text in texts.items():
        (study / "tables" / f"{name}.csv").write_text(text, encoding="utf-8")
    return study
