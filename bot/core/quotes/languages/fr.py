"""French."""

from __future__ import annotations

from typing import Final

from bot.core.quotes.lexicon import Foreign

FRENCH: Final = Foreign(
    lang="fr",
    verbs=frozenset(
        """
    dit déclare déclaré déclarait affirme affirmé affirmait ajoute ajouté ajoutait explique
    expliqué expliquait assure assuré assurait estime estimé estimait souligne souligné
    soulignait précise précisé précisait indique indiqué indiquait annonce annoncé annonçait
    rappelle rappelé rappelait répond répondu répondait confie confié confiait raconte raconté
    racontait lance lancé lançait insiste insisté insistait martèle martelé dénonce dénoncé
    dénonçait regrette regretté regrettait promet promis promettait prévient prévenu prévenait
    avertit averti reconnaît reconnu reconnaissait admet admis conclut conclu poursuit poursuivi
    poursuivait écrit écrivait note noté observe observé commente commenté soutient soutenu
    soutenait demande demandé demandait réclame réclamé exige exigé salue salué fustige fustigé
    réagit réagi plaide plaidé témoigne témoigné tweete tweeté ironise ironisé résume résumé
    juge jugé qualifie qualifié accuse accusé appelle appelé évoque évoqué parle parlé crie crié
    murmure murmuré disait insurge insurgé déplore déploré tonne tonné glisse glissé renchérit
    renchéri tranche tranché détaille détaillé relève relevé nuance nuancé alarme alarmé indigne
    indigné inquiète inquiété félicite félicité réjouit réjoui étonne étonné exclame exclamé
    emporte emporté clame clamé jure juré considère considéré pointe pointé alerte alerté
    interroge interrogé rétorque rétorqué soupire soupiré argumente argumenté confirme confirmé
    dément démenti souvient justifie justifié décrit concède concédé maintient maintenu prédit
    rapporte rapporté
    """.split()
    ),
    auxiliaries=frozenset("""
        a avait ont avaient t il elle s' se est était aussi ensuite encore alors y en lui leur
        nous l' notamment également toutefois
        """.split()),
    according=(
        ("selon",),
        ("d'après",),
        ("aux", "yeux", "de"),
        ("de", "l'avis", "de"),
    ),
    views=frozenset(("pour",)),
    stops=frozenset(
        """
    que qu' qui dans sur lors à au aux en pour par avec devant après avant mais et ou où dont
    sans sous entre chez depuis pendant lundi mardi mercredi jeudi vendredi samedi dimanche hier
    auprès cette ce cet son sa ses un une des du de la le les il elle ils elles on nous vous
    """.split()
    ),
    roles=frozenset(
        """
    président présidente ministre premier première chancelier chancelière roi reine maire député
    députée sénateur sénatrice secrétaire général générale porte-parole chef cheffe patron
    patronne directeur directrice ambassadeur ambassadrice professeur professeure avocat avocate
    juge procureur procureure colonel capitaine amiral évêque cardinal imam docteur m. mme mlle
    monsieur madame docteur dr candidat candidate militant militante médecin écrivain
    journaliste économiste historien historienne analyste haut-commissaire commissaire
    gouverneur
    """.split()
    ),
    bodies=frozenset("""
        ministère gouvernement présidence armée police élysée parti syndicat cour tribunal
        parquet préfecture mairie agence commission union organisation association groupe comité
        parlement sénat institut fondation fédération banque collectif ong
        """.split()),
    pronouns=frozenset("il elle ils elles t-il t-elle".split()),
)  # fmt: skip
