"""Compares answers of the analysis with those of cvc5.

Reads one JSON object from standard input: pairs of policy sets with what the analysis says about them where
nothing is assumed about tokens. Says the same in the solver's language of strings, from the words of
docs/policy-language.md: nothing here comes from the analysis. Prints each disagreement, and a summary.
"""

import itertools
import json
import sys

import cvc5
from cvc5 import Kind

TIME_LIMIT_MS = "20000"

# A claim may be an array. An allow and two policies that refuse what it allows need three elements at most:
# one each.
MOST_ELEMENTS = 3


class Encoder:
    """Patterns, claims and decisions as terms."""

    def __init__(self, elements):
        self.solver = solver = cvc5.Solver()
        solver.setLogic("QF_SLIA")
        solver.setOption("incremental", "true")
        solver.setOption("strings-exp", "true")
        solver.setOption("tlimit-per", TIME_LIMIT_MS)
        self.elements = elements
        self.any = solver.mkTerm(Kind.REGEXP_STAR, self.any_one())
        self.claims = {}
        self.patterns = {}

    def any_one(self):
        return self.solver.mkTerm(Kind.REGEXP_ALLCHAR)

    def regex(self, text):
        escaped = "".join(f"\\u{{{ord(c):x}}}" for c in text)
        return self.solver.mkTerm(Kind.STRING_TO_REGEXP, self.solver.mkString(escaped, True))

    def join(self, kind, terms, empty):
        if not terms:
            return empty
        return terms[0] if len(terms) == 1 else self.solver.mkTerm(kind, *terms)

    def pattern(self, source):
        """`*` is any text, `?` one character or none, `.` one character, `\\` escapes the next."""
        if source not in self.patterns:
            parts, characters = [], iter(source)
            for c in characters:
                if c == "*":
                    parts.append(self.any)
                elif c == "?":
                    parts.append(self.solver.mkTerm(Kind.REGEXP_OPT, self.any_one()))
                elif c == ".":
                    parts.append(self.any_one())
                else:
                    parts.append(self.regex(next(characters) if c == "\\" else c))
            self.patterns[source] = self.join(Kind.REGEXP_CONCAT, parts, self.regex(""))
        return self.patterns[source]

    def values(self, claim):
        """The elements of a claim, each with whether it is there."""
        if claim not in self.claims:
            solver = self.solver
            self.claims[claim] = [
                (
                    solver.mkConst(solver.getBooleanSort(), f"has {claim} {place}"),
                    solver.mkConst(solver.getStringSort(), f"{claim} {place}"),
                )
                for place in range(self.elements)
            ]
        return self.claims[claim]

    def rule(self, claim, source):
        """Whether some element of the claim matches."""
        solver, pattern = self.solver, self.pattern(source)
        return self.any_of(
            [
                solver.mkTerm(
                    Kind.AND, is_there, solver.mkTerm(Kind.STRING_IN_REGEXP, text, pattern)
                )
                for is_there, text in self.values(claim)
            ]
        )

    def all(self, terms):
        return self.join(Kind.AND, terms, self.solver.mkTrue())

    def any_of(self, terms):
        return self.join(Kind.OR, terms, self.solver.mkFalse())

    def none(self, terms):
        return self.solver.mkTerm(Kind.NOT, self.any_of(terms))

    def matches(self, policy):
        return self.all([self.rule(*rule) for rule in policy["rules"]])

    def denied(self, policies):
        denies = [own for own in policies if own["decision"] == "deny" and not own["reportOnly"]]
        return [self.matches(deny) for deny in denies]

    def admitted(self, policies, admin):
        allows = [own for own in policies if own["decision"] == "allow"]
        matching = [self.matches(allow) for allow in allows]
        clashes = [
            self.all([a, b])
            for (one, a), (other, b) in itertools.combinations(zip(allows, matching), 2)
            if one["role"] and other["role"] and one["role"] != other["role"]
        ]
        granting = [term for allow, term in zip(allows, matching) if allow["admin"] or not admin]
        refusing = self.denied(policies) + clashes
        return self.all([self.any_of(granting), self.none(refusing)])

    def check(self, term):
        """Whether some token makes the term true; None if the solver does not know."""
        self.solver.push()
        self.solver.assertFormula(term)
        result = self.solver.checkSat()
        self.solver.pop()
        return True if result.isSat() else False if result.isUnsat() else None


def questions(pair):
    """What the analysis says, with the term that it is about."""
    old, new = pair["old"], pair["new"]

    def only(one, other, admin):
        return lambda encoder: encoder.all(
            [encoder.admitted(one, admin), encoder.none([encoder.admitted(other, admin)])]
        )

    def passes(allow):
        return lambda encoder: encoder.all([encoder.matches(allow), encoder.none(encoder.denied(new))])

    for kind in pair["kinds"]:
        admin = kind["admin"]
        yield f"opened, admin {admin}", kind["opened"], only(new, old, admin)
        yield f"closed, admin {admin}", kind["closed"], only(old, new, admin)
    for index, is_effective in pair["effective"]:
        yield f"effective {index}", is_effective, passes(new[index])


def main():
    pairs = json.load(sys.stdin)["pairs"]
    asked = unknown = wrong = possible = 0
    for number, pair in enumerate(pairs):
        # Solvers of their own for a few pairs: what they learn takes memory.
        if number % 20 == 0:
            scalars, arrays = Encoder(1), Encoder(MOST_ELEMENTS)
        for name, said, term in questions(pair):
            asked += 1
            found = scalars.check(term(scalars)) or arrays.check(term(arrays))
            if found is None:
                unknown += 1
            elif found != said:
                wrong += 1
                print(f"pair {number}, {name}: the analysis says {said}, cvc5 {found}")
                print(json.dumps(pair))
            possible += found is True
    print(
        f"{len(pairs)} pairs, {asked} questions, {possible} with a token, {unknown} unknown to cvc5, "
        f"{wrong} disagreements"
    )
    sys.exit(1 if wrong else 0)


main()
