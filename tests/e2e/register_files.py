"""Files of registers as large as one likes: the public form of Enhetsregisteret, and CSV."""

import gzip
import json

WEIGHTS = (3, 2, 7, 6, 5, 4, 3, 2)
PLACES = [("0150", "OSLO", "Storgata"), ("5003", "BERGEN", "Torgallmenningen"),
          ("7004", "TRONDHEIM", "Prøveveien"), ("9008", "TROMSØ", "Sjøgata"),
          ("9730", "KÁRÁŠJOHKA", "Ávjovárgeaidnu"), ("4006", "STAVANGER", "Klubbgata")]
FORMS = [("AS", "Aksjeselskap"), ("ENK", "Enkeltpersonforetak"), ("SA", "Samvirkeforetak"),
         ("NUF", "Norskregistrert utenlandsk foretak"), ("FLI", "Forening/lag/innretning")]
MOLDS = 120


def organization_numbers(count, first=30000000):
    """Numbers with a right check digit."""
    base = first
    while count > 0:
        digits = str(base)
        check = -sum(int(d) * w for d, w in zip(digits, WEIGHTS)) % 11
        if check < 10:
            yield f"{digits}{check}"
            count -= 1
        base += 1


def address(index, line=None):
    code, area, street = PLACES[index % len(PLACES)]
    lines = [f"{street} {index % 300 + 1}"]
    if index % 7 == 0:
        lines.insert(0, f"c/o Rådgiver {index % 91}")
    return {"land": "Norge", "landkode": "NO", "postnummer": code, "poststed": area,
            "adresse": [line] if line else lines, "kommune": area, "kommunenummer": "0301"}


def unit(number, index, **members):
    """One element of the file "enheter", with all that we have no use for."""
    form, description = FORMS[index % len(FORMS)]
    self = f"https://data.brreg.no/enhetsregisteret/api/enheter/{number}"
    whole = {
        "organisasjonsnummer": number,
        "navn": f"ÆRLIG ARBEID {number} {form}",
        "organisasjonsform": {
            "kode": form, "beskrivelse": description,
            "_links": {"self": {"href": "https://data.brreg.no/enhetsregisteret/api/"
                                        f"organisasjonsformer/{form}"}}},
        "hjemmeside": f"www.bedrift-{index}.example",
        "registreringsdatoEnhetsregisteret": "2014-02-08",
        "registrertIMvaregisteret": index % 2 == 0,
        "naeringskode1": {"kode": "62.010", "beskrivelse": "Programmeringstjenester"},
        "antallAnsatte": index % 50,
        "harRegistrertAntallAnsatte": True,
        "forretningsadresse": address(index),
        "stiftelsesdato": "2014-01-15",
        "institusjonellSektorkode": {"kode": "2100", "beskrivelse": "Private aksjeselskaper mv."},
        "registrertIForetaksregisteret": True,
        "registrertIStiftelsesregisteret": False,
        "registrertIFrivillighetsregisteret": False,
        "sisteInnsendteAarsregnskap": "2024",
        "konkurs": index % 97 == 0,
        "underAvvikling": False,
        "underTvangsavviklingEllerTvangsopplosning": False,
        "maalform": "Bokmål",
        "vedtektsdato": "2014-01-15",
        "vedtektsfestetFormaal": ["Å drive ærlig arbeid, og det som naturlig hører sammen med",
                                  "det, herunder å eie andeler i andre foretak."],
        "aktivitet": ["Utvikling av systemer for saksbehandling og arkiv."],
        "registrertIPartiregisteret": False,
        "links": [],
        "_links": {"self": {"href": self}},
    }
    if index % 3 == 0:
        whole["postadresse"] = address(index, f"Postboks {index % 1000}")
    whole.update(members)
    return {name: value for name, value in whole.items() if value is not None}


def write_json(path, elements):
    """An array of objects, or of their JSON texts, in a file that is compressed if its name says
    so."""
    packed = str(path).endswith(".gz")
    with gzip.open(path, "wb", 1) if packed else open(path, "wb") as out:
        for number, element in enumerate(elements):
            text = element if isinstance(element, str) else json.dumps(
                element, ensure_ascii=False, indent=2)
            out.write((",\n" if number else "[\n").encode() + text.encode())
        out.write(b"\n]\n")


def many_units(count):
    """Texts of so many elements, made quickly from a few molds."""
    molds = [json.dumps(unit("@", index), ensure_ascii=False, indent=2) for index in range(MOLDS)]
    for index, number in enumerate(organization_numbers(count)):
        yield molds[index % MOLDS].replace("@", number)


def write_csv(path, header, rows, delimiter=";"):
    def cell(value):
        text = "" if value is None else str(value)
        quoted = any(c in text for c in '";,\n')
        return '"' + text.replace('"', '""') + '"' if quoted else text

    with open(path, "w", encoding="utf-8", newline="") as out:
        for row in [header, *rows]:
            out.write(delimiter.join(map(cell, row)) + "\n")
