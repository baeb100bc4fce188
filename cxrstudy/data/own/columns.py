"""Columns: which column of a user's table means what, found by name, or asked for."""

import re
import unicodedata
from collections.abc import Mapping, Sequence

#: What a table may say of an image, and how its column may be called: in lower case, without marks,
#: accents, words in brackets and the :data:`_SMALL` words; in English, German, Spanish, French,
#: Italian and Portuguese.
NAMES: dict[str, tuple[str, ...]] = {
    "image": (
        "image", "images", "imagepath", "path", "file", "filename", "filepath", "imagefile",
        "imagename", "imageindex", "imageid", "dicom", "dicompath", "dicomfile",
        "bild", "bilddatei", "bildname", "datei", "dateiname", "dateipfad", "pfad",
        "imagen", "imagenes", "archivo", "archivoimagen", "nombrearchivo", "nombreimagen",
        "fichero", "nombrefichero", "ruta", "fichier", "nomfichier", "chemin", "immagine",
        "nomefile", "percorso", "imagem", "arquivo", "nomearquivo", "ficheiro", "nomeficheiro",
    ),
    "patient": (
        "patient", "patientid", "patientname", "patientnumber", "patientnr", "patientno",
        "subject", "subjectid", "pid", "mrn", "case", "caseid", "casenumber", "person", "personid",
        "pat", "patid", "patnr", "idpatient", "numberpatient",
        "patienten", "patientenid", "patientennummer", "patientennr", "patientenname",
        "patientnummer", "fallid", "fallnummer", "fallnr", "pseudonym",
        "paciente", "pacienteid", "idpaciente", "numeropaciente", "nopaciente", "npaciente",
        "nombrepaciente", "codigopaciente", "historiaclinica", "numerohistoria", "nhc", "caso",
        "nopatient", "numeropatient", "npatient", "paziente", "idpaziente", "codicepaziente",
        "numeropaziente",
    ),
    "label": (
        "label", "labels", "class", "target", "diagnosis", "finding", "findings", "findinglabels",
        "disease", "pathology", "result", "category", "groundtruth",
        "diagnose", "diagnosen", "befund", "befunde", "klasse", "erkrankung", "krankheit",
        "diagnostico", "hallazgo", "hallazgos", "clase", "etiqueta", "etiquetas", "enfermedad",
        "patologia", "diagnostic", "classe", "etiquette", "maladie", "diagnosi", "malattia",
        "etichetta", "achado", "achados", "rotulo", "doenca",
    ),
    "view": (
        "view", "viewposition", "projection", "position", "aufnahme", "projektion",
        "aufnahmerichtung", "strahlengang", "ansicht", "proyeccion", "vista", "incidence",
        "proiezione", "projecao", "incidencia",
    ),
    "sex": (
        "sex", "gender", "patientsex", "patientgender", "geschlecht", "sexo", "genero", "sexe",
        "genre", "sesso", "genere",
    ),
    "age": (
        "age", "patientage", "ageyears", "ageinyears", "ageatstudy", "alter", "patientenalter",
        "edad", "edadpaciente", "eta", "idade",
    ),
    "date": (
        "date", "studydate", "acquisitiondate", "examdate", "imagedate",
        "datum", "aufnahmedatum", "untersuchungsdatum", "studiendatum",
        "fecha", "fechaestudio", "fechaexamen", "fechaadquisicion", "fechaimagen",
        "dateexamen", "datelexamen", "dateetude", "dataesame", "dataexame", "dataestudo",
    ),
    "site": (
        "site", "hospital", "institution", "institutionname", "center", "centre", "clinic",
        "location", "source", "standort", "klinik", "krankenhaus", "haus", "zentrum", "einrichtung",
        "centro", "clinica", "institucion", "hopital", "ospedale", "instituicao",
    ),
}  # fmt: skip
#: Words between others that say nothing about a column.
_SMALL = frozenset((
    "of", "the", "der", "des", "del", "de", "la", "el", "las", "los", "du", "di", "da", "do",
))  # fmt: skip
#: What every table must say.
NEEDED = ("image", "patient", "label")


class UnclearColumns(ValueError):
    """A column is missing, or several may be meant; the message says which option names it."""

    def __init__(
        self, what: str, candidates: Sequence[str], columns: Sequence[str], table: str = ""
    ) -> None:
        self.what, self.candidates, self.columns = what, tuple(candidates), tuple(columns)
        found = (
            f"{' and '.join(map(repr, candidates))} may both be meant"
            if candidates
            else "no column has a name that says it"
        )
        where = f"{table}, {what}" if table else what
        super().__init__(
            f"{where}: {found}; name the column with --{what}-column. The columns are "
            f"{', '.join(columns)}"
        )


def find_columns(
    columns: Sequence[str],
    given: Mapping[str, str],
    needed: Sequence[str] = NEEDED,
    table: str = "",
) -> dict[str, str]:
    """Find the column of each thing that a table may say of an image.

    Parameters
    ----------
    columns
        Names of a table's columns.
    given
        Columns that the user named, by what they mean; an empty name means that there is none.
    needed
        What must be found.
    table
        Name of the table in messages.

    Returns
    -------
    Name of the column, for each of :data:`NAMES` that the table has.

    Raises
    ------
    UnclearColumns
        Something that is needed has no column, several columns may be meant, or a named column is
        not there.

    Examples
    --------
    >>> find_columns(["File Name", "PatientID", "Finding Labels", "note"], {})
    {'image': 'File Name', 'patient': 'PatientID', 'label': 'Finding Labels'}
    """
    found: dict[str, str] = {}
    for what, names in NAMES.items():
        if what in given:
            if given[what] and given[what] not in columns:
                raise UnclearColumns(what, [], columns, table)
            if given[what]:
                found[what] = given[what]
            continue
        fitting = [column for column in columns if _plain(column) in names]
        others = [column for column in fitting if column not in given.values()]
        if len(others) > 1:
            raise UnclearColumns(what, others, columns, table)
        if others:
            found[what] = others[0]
    for what in needed:
        if what not in found:
            raise UnclearColumns(what, [], columns, table)
    return found


def _plain(column: str) -> str:
    """A column's name as :data:`NAMES` spell it: ``Edad (años)`` is ``edad``."""
    spelled = unicodedata.normalize("NFKD", column.replace("º", "o").replace("°", "o"))
    plain = "".join(one for one in spelled if not unicodedata.combining(one)).casefold()
    words = re.findall(r"[^\W_]+", re.sub(r"[(\[].*?[)\]]", " ", plain))
    return "".join(word for word in words if word not in _SMALL) or "".join(words)
