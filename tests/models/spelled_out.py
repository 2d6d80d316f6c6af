"""The workflow table (DESIGN §5) a second time, by hand: what the program's own is held to, and what the model of the
stateful test goes by."""

from typing import NamedTuple

STATE_NAMES = (
    "registered", "returned", "handling", "calling_back", "investigating", "founded", "unfounded", "reported",
    "satisfied", "fed_back", "closed",
)  # fmt: skip


STEPS = """
register      Q  -                    registered     ao     +dispatch +upstream
register      D  -                    registered     aod    +dispatch +upstream
answer        Q  registered           closed         ao     ✓dispatch ✓upstream
decline       Q  registered           closed         ao     ✓dispatch ✓upstream
decline       D  registered           closed         d      ✓dispatch ✓upstream
assign        Q  registered,returned  handling       ao     ✓dispatch +handle
refer         QD registered           investigating  aod    ✓dispatch +investigate
refer         Q  handling             investigating  aod    ✓dispatch ∅handle +investigate
find          QD investigating        founded        d      founded=True ✓investigate +opinion
find          QD investigating        unfounded      d      founded=False ✓investigate
explain       QD unfounded            closed         d      ✓upstream
report        QD founded              reported       d      ✓opinion +instruct
instruct      QD reported             handling       c      ✓instruct +handle
return        Q  handling             returned       uo
return        D  handling             reported       ud     +instruct
submit        QD handling             calling_back   u      ✓handle ✓upstream +callback
call_back     Q  calling_back         closed         ao     outcome=satisfied ✓callback
call_back     D  calling_back         satisfied      d      outcome=satisfied ✓callback +feed_back
call_back     Q  calling_back         handling       ao     outcome=dissatisfied ✓callback +handle
call_back     D  calling_back         handling       d      outcome=dissatisfied ✓callback +handle
call_back     Q  calling_back         =              ao     outcome=unreached ✓callback
call_back     D  calling_back         =              d      outcome=unreached ✓callback
waive         Q  calling_back         closed         o      ∅callback
waive         D  calling_back         fed_back       d      ∅callback
conclude      Q  handling,calling_back  closed       c      ✓upstream ∅*
conclude      D  handling,calling_back  fed_back     c      ✓upstream ∅*
feed_back     QD satisfied            fed_back       d      ✓feed_back
record        QD fed_back             closed         ao
reclassify    Q  registered           registered     ao     ∅handle ∅investigate ∅opinion
reclassify    Q  returned             registered     o      ∅handle ∅investigate ∅opinion
reclassify    D  registered,investigating  registered  d    ∅handle ∅investigate ∅opinion
recategorise  Q  OPEN                 =              aou
recategorise  D  registered           =              aod
recategorise  D  OPEN-registered      =              ud
amend         Q  ANY                  =              ao
amend         D  registered           =              aod
amend         D  ANY-registered       =              d
correct       Q  closed,handling,calling_back  =     o
correct       D  closed,handling,calling_back,satisfied  =  d
open_to       D  OPEN                 =              d
note          QD ANY                  =              huaod
contact       QD OPEN                 =              huaod
supervise     Q  OPEN                 =              o
supervise     D  OPEN                 =              d
attach        QD OPEN                 =              huaod
link          QD ANY                  =              huaod
print         QD ANY                  =              huaodcl
"""
"""action, track, from, to (= stays), who (a agent, o operations, h handler, u head, d discipline, c chairman), when,
and what is opened (+), settled (✓) and voided (∅). Where the design gives discipline a hand in any ticket but POLICY
§5 lets it only read those of quality, or takes the desk's sight of a discipline ticket away once it is referred, the
stricter one counts. Where it names no track the act is the person's on both, though its state is only met on one."""


class Step(NamedTuple):
    """One line of STEPS, for one track and one state that it starts from."""

    action: str
    track: str
    start: str | None
    end: str | None
    who: frozenset[str]
    when: str
    opens: frozenset[str]
    settles: frozenset[str]
    voids: frozenset[str]


def spelled_out() -> set[Step]:
    found = set()
    for line in STEPS.strip().splitlines():
        action, tracks, starts, end, who, *rest = line.split()
        when = next((word for word in rest if "=" in word), "")
        marks = {sign: frozenset(word[1:] for word in rest if word[0] == sign) for sign in "+✓∅"}
        for track in tracks:
            for start in _states(starts):
                found.add(Step(
                    action, {"Q": "quality", "D": "discipline"}[track], start, None if end == "=" else end,
                    frozenset(who), when, marks["+"], marks["✓"], marks["∅"],
                ))  # fmt: skip
    return found


def _states(written: str) -> list[str | None]:
    if written == "-":
        return [None]
    if not written.startswith(("OPEN", "ANY")):
        return written.split(",")
    group, _, without = written.partition("-")
    return [s for s in STATE_NAMES if s != without and not (group == "OPEN" and s == "closed")]
