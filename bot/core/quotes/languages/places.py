"""Countries with their demonyms, in English: of what the Israeli prime minister is one."""

from __future__ import annotations

from typing import Final

_ROWS: Final = """
Afghanistan:Afghan Albania:Albanian Algeria:Algerian Angola:Angolan Argentina:Argentine,Argentinian
Armenia:Armenian Australia:Australian Austria:Austrian Azerbaijan:Azerbaijani,Azeri Bahrain:Bahraini
Bangladesh:Bangladeshi Belarus:Belarusian Belgium:Belgian Bolivia:Bolivian Bosnia:Bosnian
Botswana:Botswanan Brazil:Brazilian Britain:British Bulgaria:Bulgarian Burma:Burmese
Burundi:Burundian
Cambodia:Cambodian Cameroon:Cameroonian Canada:Canadian Chad:Chadian Chile:Chilean China:Chinese
Colombia:Colombian Congo:Congolese Croatia:Croatian Cuba:Cuban Cyprus:Cypriot Czechia:Czech
Denmark:Danish Ecuador:Ecuadorian Egypt:Egyptian England:English Eritrea:Eritrean Estonia:Estonian
Ethiopia:Ethiopian Europe:European Fiji:Fijian Finland:Finnish France:French Gabon:Gabonese
Gambia:Gambian Georgia:Georgian Germany:German Ghana:Ghanaian Greece:Greek Guatemala:Guatemalan
Guinea:Guinean Guyana:Guyanese Haiti:Haitian Honduras:Honduran Hungary:Hungarian Iceland:Icelandic
India:Indian Indonesia:Indonesian Iran:Iranian Iraq:Iraqi Ireland:Irish Israel:Israeli Italy:Italian
Jamaica:Jamaican Japan:Japanese Jordan:Jordanian Kazakhstan:Kazakh Kenya:Kenyan Kosovo:Kosovar
Kuwait:Kuwaiti Kyrgyzstan:Kyrgyz Laos:Laotian Latvia:Latvian Lebanon:Lebanese Liberia:Liberian
Libya:Libyan Lithuania:Lithuanian Luxembourg:Luxembourgish Madagascar:Malagasy Malawi:Malawian
Malaysia:Malaysian Mali:Malian Malta:Maltese Mauritania:Mauritanian Mexico:Mexican Moldova:Moldovan
Mongolia:Mongolian Montenegro:Montenegrin Morocco:Moroccan Mozambique:Mozambican Myanmar:Burmese
Namibia:Namibian Nepal:Nepalese,Nepali Netherlands:Dutch Nicaragua:Nicaraguan Niger:Nigerien
Nigeria:Nigerian Norway:Norwegian Oman:Omani Pakistan:Pakistani Palestine:Palestinian
Panama:Panamanian Paraguay:Paraguayan Peru:Peruvian Philippines:Philippine,Filipino Poland:Polish
Portugal:Portuguese Qatar:Qatari Romania:Romanian Russia:Russian Rwanda:Rwandan Scotland:Scottish
Senegal:Senegalese Serbia:Serbian,Serb Singapore:Singaporean Slovakia:Slovak Slovenia:Slovenian
Somalia:Somali Spain:Spanish Sudan:Sudanese Sweden:Swedish Switzerland:Swiss Syria:Syrian
Taiwan:Taiwanese Tajikistan:Tajik Tanzania:Tanzanian Thailand:Thai Togo:Togolese Tunisia:Tunisian
Turkey:Turkish Turkmenistan:Turkmen Uganda:Ugandan Ukraine:Ukrainian Uruguay:Uruguayan
Uzbekistan:Uzbek Venezuela:Venezuelan Vietnam:Vietnamese Wales:Welsh Yemen:Yemeni Zambia:Zambian
Zimbabwe:Zimbabwean America:American Africa:African Asia:Asian Catalonia:Catalan Chechnya:Chechen
Tibet:Tibetan Crimea:Crimean Gaza:Gazan Kurdistan:Kurdish Vatican:Vatican
"""

DEMONYMS: Final[dict[str, str]] = {
    demonym.lower(): country.lower()
    for country, _, demonyms in (row.partition(":") for row in _ROWS.split())
    for demonym in demonyms.split(",")
}
"""Demonym to country, both lower case."""

COUNTRIES: Final[frozenset[str]] = frozenset(DEMONYMS.values()) | frozenset(
    "us u.s. usa uk u.k. eu uae dprk drc un u.n.".split()
)
"""Countries and their usual abbreviations, lower case."""
