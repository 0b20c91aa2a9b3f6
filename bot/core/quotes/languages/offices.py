"""Words of offices, in English: what a minister is in charge of, what ranks an office."""

from __future__ import annotations

from typing import Final

DEPARTMENTS: Final = frozenset(
    """
    affairs agriculture army city climate commerce communications culture defence defense
    development digital digitalization economic economy education emergency employment energy
    environment external federal finance fisheries foreign health home housing human
    humanitarian industry information infrastructure integration intelligence interior
    internal investment justice labor labour local migration military mines mining national
    natural navy petroleum planning police political provincial public regional religious
    resources rights rural science security situations social sport sports state technology
    tourism trade transport transportation veterans war water women works youth
    """.split()
)
"""What a minister or a secretary may be in charge of."""
PORTFOLIOS: Final = DEPARTMENTS | frozenset(
    """
    prime vice former retired ex late new top acting deputy interim caretaker chief senior
    lead leading presiding special first general executive managing press opposition rebel
    party union supreme high central
    """.split()
)
"""Words of an office that are no place and no institution, even where a house writes them large."""
OFFICES: Final = frozenset(
    """
    president vice-president premier minister chancellor secretary undersecretary governor
    mayor speaker ambassador envoy commissioner king queen emir sultan pope patriarch
    archbishop chairman chairwoman chairperson chair chief head leader director spokesman
    spokeswoman spokesperson prosecutor judge justice general colonel major captain commander
    admiral marshal secretary-general representative senator deputy mediator negotiator
    rapporteur coordinator candidate successor predecessor counterpart husband wife brother
    sister son daughter father mother taoiseach tánaiste tanaiste regent viceroy monarch
    prince emperor pontiff lawyer attorney counsel adviser advisor aide pm premier-designate
    """.split()
)
"""Who is called so bears an office, or stands to somebody: no mere description."""
CHARGES: Final = {
    "heads": "head", "leads": "leader", "chairs": "chair", "commands": "commander",
    "runs": "head", "oversees": "head", "directs": "director", "edits": "editor",
    "chaired": "chair", "hosted": "host", "hosts": "host", "moderated": "moderator",
    "represents": "representative",
}  # fmt: skip
"""What a verb makes of somebody: who chairs a committee is its chair."""
