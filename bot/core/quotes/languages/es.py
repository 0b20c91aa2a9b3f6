"""Spanish."""

from __future__ import annotations

from typing import Final

from bot.core.quotes.lexicon import Foreign

SPANISH: Final = Foreign(
    lang="es",
    verbs=frozenset(
        """
    dijo dice decía declaró declara afirmó afirma añadió añade agregó agrega explicó explica
    aseguró asegura señaló señala indicó indica anunció anuncia recordó recuerda respondió
    responde contestó contesta insistió insiste subrayó subraya destacó destaca denunció
    denuncia lamentó lamenta prometió promete advirtió advierte reconoció reconoce admitió
    admite concluyó concluye escribió escribe apuntó apunta comentó comenta sostuvo sostiene
    pidió pide reclamó reclama exigió exige criticó critica calificó califica acusó acusa llamó
    llama manifestó manifiesta expresó expresa precisó precisa relató relata contó cuenta opinó
    opina consideró considera negó niega confesó confiesa exclamó exclama gritó grita murmuró
    resumió resume tuiteó preguntó pregunta zanjó alertó alerta sentenció reiteró reitera
    puntualizó matizó ironizó celebró describió describe tachó confirmó confirma detalló detalla
    recalcó recalca apostilló aclaró aclara argumentó argumenta planteó plantea cuestionó cuestiona
    rechazó rechaza defendió defiende vaticinó valoró valora bromeó bromea replicó replica espetó
    sugirió sugiere informó informa alegó alega ratificó enfatizó enfatiza instó insta condenó
    condena garantizó garantiza adelantó adelanta remarcó remarca expuso expone
    """.split()
    ),
    auxiliaries=frozenset("""
        ha había han habían se lo le les también luego además entonces ya no nos me
        """.split()),
    according=(
        ("según",),
        ("de", "acuerdo", "con"),
        ("a", "juicio", "de"),
        ("en", "palabras", "de"),
        ("en", "opinión", "de"),
    ),
    views=frozenset(("para",)),
    stops=frozenset(
        """
    que en de del la el los las un una unos unas a al con por para ante tras desde durante sin
    sobre entre pero y o e u como cuando donde quien quienes cuyo su sus este esta ayer lunes
    martes miércoles jueves viernes sábado domingo hoy se lo le
    """.split()
    ),
    roles=frozenset(
        """
    presidente presidenta ministro ministra primer primera canciller rey reina alcalde alcaldesa
    diputado diputada senador senadora secretario secretaria general portavoz jefe jefa líder
    director directora embajador embajadora profesor profesora abogado abogada juez jueza fiscal
    coronel capitán almirante obispo cardenal doctor doctora dr. dra. sr. sra. señor señora don
    doña candidato candidata activista médico médica escritor escritora periodista economista
    historiador historiadora analista comisario comisaria gobernador gobernadora vicepresidente
    vicepresidenta
    """.split()
    ),
    bodies=frozenset("""
        ministerio gobierno presidencia ejército policía partido sindicato corte tribunal
        fiscalía alcaldía agencia comisión unión organización asociación grupo comité parlamento
        congreso senado
        """.split()),
    pronouns=frozenset("él ella ellos ellas".split()),
)  # fmt: skip
