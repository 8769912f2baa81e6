"""What is not read for claims is listed: texts in another language, sentences without an end."""

import json
from pathlib import Path

import pytest
from tests.command import landbridge

from landbridge.record.extract import propose_claims
from landbridge.record.lexicon import Lexicon
from landbridge.record.reading import read_text
from landbridge.record.unread import is_foreign, list_unread

TEXTS = {
    "French": "Les présidents du Pérou et du Chili ont signé un accord de transit à Lima le 5 mai 2024. "
    "Le chemin de fer sera ouvert aux marchandises avant la fin de la même année, selon le ministère.",
    "German": "Die Präsidenten von Peru und Chile haben am 5. Mai 2024 in Lima ein Abkommen unterzeichnet. "
    "Die Strecke war lange geplant und wird in zwei Jahren für den Verkehr mit Gütern geöffnet.",
    "Dutch": "De presidenten van Peru en Chili hebben op 5 mei 2024 in Lima een verdrag getekend. "
    "De lijn is al lang in voorbereiding en was over twee jaar klaar, zei de minister in een gesprek.",
    "Portuguese": "Os presidentes do Peru e do Chile assinaram a 5 de maio de 2024 em Lima um acordo de trânsito. "
    "A linha não será aberta a mercadorias no mesmo ano, como disse o ministro a um jornal.",
    "Turkish": "Peru ve Şili cumhurbaşkanları 5 Mayıs 2024 tarihinde Lima'da bir transit anlaşması imzaladı. "
    "Bakanlığa göre demiryolu aynı yılın sonundan önce yük taşımacılığına açılacak ve genişletilecek.",
    "Russian": "Президенты Перу и Чили подписали 5 мая 2024 года в Лиме соглашение о транзите грузов. "
    "По словам министра, железная дорога будет открыта для перевозок до конца того же года.",
}
ENGLISH = "The presidents of Peru and Chile signed a transit agreement in Lima on 5 May 2024. It is in force."
TABLE = "Port, tonnes, wagons: " + ", ".join(f"Callao {n}, {n * 7}, {n * 3}" for n in range(150))


@pytest.mark.parametrize("language", TEXTS)
def test_another_language_is_told_and_gives_no_claims(language: str) -> None:
    """A text in another language is listed with the reason; an English text of the same is not."""
    document = read_text(TEXTS[language], "foreign.txt")
    (found,) = list_unread([document])
    assert found.file == "foreign.txt"
    assert "another language" in found.reason
    assert propose_claims(document, Lexicon.build()) == ()


def test_english_and_short_texts_are_read() -> None:
    """Of a few words no language is told; headlines and lists of names are no other language."""
    assert not is_foreign(read_text(ENGLISH * 3))
    assert not is_foreign(read_text("Chile, Peru sign transit accord"))
    stories = sorted((Path(__file__).parent / "record_documents").glob("*.txt"))
    assert list(list_unread(read_text(path.read_text("utf-8"), path.name) for path in stories)) == []


def test_a_sentence_without_an_end_is_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By its address: both commands say so on standard error, and reading in its answer; the rest is read."""
    (tmp_path / "table.txt").write_text(f"News of the day\n{ENGLISH}\n{TABLE}\n", encoding="utf-8")
    for command in ("read", "check"):
        said = landbridge(capsys, "record", command, str(tmp_path), "--json")
        assert json.loads(said.out)["claims"]
        assert "p3 s1 gives no claims" in said.err.replace("\n", " ")
    (row,) = json.loads(landbridge(capsys, "record", "read", str(tmp_path), "--json").out)["skipped"]
    assert row["file"].endswith("table.txt")
    assert row["reason"].startswith("p3 s1 gives no claims")
    assert row["mend"]
