"""Writes the word lists of the trainer from PyPI's Faker (see SOURCE.md).

    pip install faker==40.54.0
    python make_lists.py            # writes beside itself

Only the trainer reads the lists; building, testing and running the product need neither Python nor Faker.
The output depends on the version of Faker alone: words are sorted within each locale.
"""

import importlib
import re
from pathlib import Path

HERE = Path(__file__).parent

LOCALES = """en_US en_GB en_IE en_NZ en_IN en_PK en_NG en_KE en_AU en_CA el_GR de_DE de_AT de_CH fr_FR fr_CH fr_BE
fr_QC fr_CA fr_DZ es_ES es_MX es_AR es_CL es_CO it_IT nl_NL nl_BE pt_PT pt_BR pl_PL cs_CZ sk_SK sl_SI hr_HR hu_HU
ro_RO sv_SE da_DK no_NO fi_FI et_EE lt_LT lv_LV is_IS tr_TR az_AZ id_ID vi_VN ha_NG ig_NG yo_NG zu_ZA tw_GH ga_IE
en_PH uz_UZ""".split()

WORD = re.compile(r"^[A-Za-zÀ-ɏ\u0370-\u03ff\u1e00-\u1eff][A-Za-zÀ-ɏ\u0370-\u03ff\u1e00-\u1eff .'’\-]*$")


def provider(kind, locale):
    """The provider class of a kind in a locale, where there is one of its own."""
    try:
        return importlib.import_module(f"faker.providers.{kind}.{locale}").Provider
    except ModuleNotFoundError:
        return None


def words(cls, pattern):
    """All words of the attributes of a class whose name matches, whatever their container."""
    found = set()
    for name in dir(cls):
        if not re.fullmatch(pattern, name):
            continue
        value = getattr(cls, name)
        if not isinstance(value, (list, tuple, set, dict)):
            continue
        for item in value:
            parts = [item] if isinstance(item, str) else item if isinstance(item, (list, tuple)) else []
            for part in parts:
                if isinstance(part, str) and WORD.match(part.strip()) and "{{" not in part:
                    found.add(part.strip())
    return found


def write(name, sections):
    """One file: a heading `# locale`, then a word a line."""
    lines = []
    for locale, found in sections:
        if found:
            lines.append(f"# {locale}")
            lines.extend(sorted(found))
    (HERE / f"{name}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(name, len(lines))


def main():
    def of(kind, pattern, locales=LOCALES):
        classes = ((locale, provider(kind, locale)) for locale in locales)
        return [(locale, words(cls, pattern)) for locale, cls in classes if cls is not None]

    six = "en_US el_GR de_DE de_AT fr_FR es_ES it_IT".split()

    write("given", of("person", r"first_names.*"))
    write("family", of("person", r"last_names.*"))
    write("city", of("address", r"cities|city_names?|localities|big_cities|villages|cities_by_.*"))
    write("region", of("address", r"states?|regions|departments|counties|provinces|cantons|prefectures|states_and_territories"))
    write("country", of("address", r"countries", six))
    write("street", of("address", r"streets|street_names|street_titles_.*|road_names"))
    write("word", of("lorem", r"word_list", six))
    write("job", of("job", r"jobs.*", six))
    from faker.providers.address import Provider as Any
    from faker.providers.geo import Provider as Geo

    for name, more in [
        ("country", words(Any, "countries")),
        ("city", {place[2] for place in Geo.land_coords if WORD.match(place[2])}),
    ]:
        with (HERE / f"{name}.txt").open("a", encoding="utf-8") as file:
            file.write("# any\n" + "\n".join(sorted(more)) + "\n")


if __name__ == "__main__":
    main()
