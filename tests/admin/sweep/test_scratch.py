import time as _t


class time:
    time = staticmethod(_t.process_time)


from collections import Counter

from tests.admin.sweep.test_sweep import OFTEN, some
from tests.admin.sweep.walking import *


def test_scratch(world, capsys):
    t0 = time.time()
    wanted = asks(world)
    with capsys.disabled():
        print(
            sum(len(a) for a in wanted.values()),
            "asks in all",
            sum(min(OFTEN.get(r[0], 1), len(a)) for r, a in wanted.items()),
            "sample",
            len(wanted),
            "routes",
            len(world.secrets),
            len(world.tokens()),
        )
    spent = Counter()
    many = Counter()
    import os

    for n, who in enumerate(os.environ.get("WHO", "colleague,head").split(",")):
        house = world.stage()
        person = Person(house, who)
        hits = Counter()
        ex = {}
        for route, of in wanted.items():
            for ask in some(route, of, n):
                t = time.time()
                a = person.asks(ask)
                t1 = time.time()
                said = heard(a, house)
                found = world.tokens().intersection(SHAPES.findall(said)) - set(SHAPES.findall(ask.said))
                spent[route] += t1 - t
                spent["hear"] += time.time() - t1
                many[route] += 1
                if a.status_code == 302 and a.location.startswith("/login/"):
                    person.sign_in()
                if a.status_code >= 500:
                    ex[("500", route)] = ask
                for tok in found:
                    if not world.may(who, tok):
                        s, k = world.known.get(tok, (None, "loose"))
                        hits[(s.name if s else "", k, route)] += 1
                        ex[(s.name if s else "", k, route)] = (
                            ask.method,
                            ask.path,
                            a.status_code,
                            tok,
                            said[max(0, said.find(tok) - 60) : said.find(tok) + 30],
                        )
        with capsys.disabled():
            print("==", who, sum(many.values()), time.time() - t0)
            for h, c in hits.most_common(40):
                print(h, c, ex[h])
            for k, v in ex.items():
                if k[0] == "500":
                    print(k, v)
    with capsys.disabled():
        for r, s in spent.most_common(25):
            print(round(s, 2), many[r], r)
