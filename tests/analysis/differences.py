"""Compares answers of the analysis with those of cvc5.

Reads one JSON object from standard input: the grammar of a provider, and pairs of policy sets with what
the analysis says about them. Says the same in the solver's language of strings, from the words of
docs/policy-language.md: nothing here comes from the analysis. Prints each disagreement, and a summary.
"""

import itertools
import json
import sys

import cvc5
from cvc5 import Kind

TIME_LIMIT_MS = "20000"


class Encoder:
    """Patterns, claims and decisions as terms."""

    def __init__(self, grammar):
        self.solver = solver = cvc5.Solver()
        solver.setLogic("QF_SLIA")
        solver.setOption("incremental", "true")
        solver.setOption("strings-exp", "true")
        solver.setOption("tlimit-per", TIME_LIMIT_MS)
        self.grammar = grammar
        self.any = solver.mkTerm(Kind.REGEXP_STAR, self.any_one())
        sort = solver.getStringSort()
        self.atoms = {
            atom["name"]: solver.mkConst(sort, "atom " + atom["name"]) for atom in grammar["atoms"]
        }
        self.words = {atom["name"]: self.language(atom["words"]) for atom in grammar["atoms"]}
        self.has = {}
        self.patterns = {}

    def any_one(self):
        return self.solver.mkTerm(Kind.REGEXP_ALLCHAR)

    def text(self, text):
        return self.solver.mkString("".join(f"\\u{{{ord(c):x}}}" for c in text), True)

    def regex(self, text):
        return self.solver.mkTerm(Kind.STRING_TO_REGEXP, self.text(text))

    def join(self, kind, terms, empty):
        if not terms:
            return empty
        return terms[0] if len(terms) == 1 else self.solver.mkTerm(kind, *terms)

    def concat(self, parts):
        return self.join(Kind.REGEXP_CONCAT, parts, self.regex(""))

    def one_of(self, ranges):
        # The solver's characters end before Unicode's.
        pairs = [(low, min(high, "\U0002ffff", key=ord)) for low, high in ranges]
        terms = [
            self.solver.mkTerm(Kind.REGEXP_RANGE, self.text(low), self.text(high))
            for low, high in pairs
        ]
        return self.join(Kind.REGEXP_UNION, terms, self.solver.mkTerm(Kind.REGEXP_NONE))

    def language(self, words):
        star, plus = Kind.REGEXP_STAR, Kind.REGEXP_PLUS
        kind, rest = next(iter(words.items())) if isinstance(words, dict) else (words, None)
        if kind == "name":
            first, rest = self.one_of(rest["first"]), self.one_of(rest["rest"])
            return self.concat([first, self.solver.mkTerm(star, rest)])
        if kind == "path":
            segment = self.solver.mkTerm(plus, self.one_of(rest))
            more = self.solver.mkTerm(star, self.concat([self.regex("/"), segment]))
            return self.concat([segment, more])
        if kind == "oneOf":
            return self.join(Kind.REGEXP_UNION, [self.regex(text) for text in rest], None)
        if kind == "further":
            further = self.concat([self.regex(rest), self.any])
            return self.solver.mkTerm(Kind.REGEXP_UNION, self.regex(""), further)
        assert kind == "any", kind
        return self.any

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
            self.patterns[source] = self.concat(parts)
        return self.patterns[source]

    def rule(self, shape, claim, source):
        """Whether the claim is there and its value matches."""
        solver = self.solver
        form = shape["claims"].get(claim)
        if form is None:
            return solver.mkFalse()
        pieces = [
            self.atoms[piece["atom"]] if "atom" in piece else self.text(piece["text"])
            for piece in form["value"]
        ]
        value = self.join(Kind.STRING_CONCAT, pieces, self.text(""))
        matches = solver.mkTerm(Kind.STRING_IN_REGEXP, value, self.pattern(source))
        if form["isAlways"]:
            return matches
        if claim not in self.has:
            self.has[claim] = solver.mkConst(solver.getBooleanSort(), "has " + claim)
        return solver.mkTerm(Kind.AND, self.has[claim], matches)

    def all(self, terms):
        return self.join(Kind.AND, terms, self.solver.mkTrue())

    def any_of(self, terms):
        return self.join(Kind.OR, terms, self.solver.mkFalse())

    def none(self, terms):
        return self.solver.mkTerm(Kind.NOT, self.any_of(terms))

    def matches(self, shape, policy):
        return self.all([self.rule(shape, *rule) for rule in policy["rules"]])

    def denied(self, shape, policies):
        denies = [own for own in policies if own["decision"] == "deny" and not own["reportOnly"]]
        return [self.matches(shape, deny) for deny in denies]

    def admitted(self, shape, policies, admin):
        allows = [own for own in policies if own["decision"] == "allow"]
        matching = [self.matches(shape, allow) for allow in allows]
        clashes = [
            self.all([a, b])
            for (one, a), (other, b) in itertools.combinations(zip(allows, matching), 2)
            if one["role"] and other["role"] and one["role"] != other["role"]
        ]
        granting = [term for allow, term in zip(allows, matching) if allow["admin"] or not admin]
        refusing = self.denied(shape, policies) + clashes
        return self.all([self.any_of(granting), self.none(refusing)])

    def is_possible(self, term):
        """Whether some token makes one of the terms true; None if the solver does not know."""
        is_known = True
        for shape in self.grammar["shapes"]:
            self.solver.push()
            self.solver.assertFormula(term(shape))
            for name, atom in self.atoms.items():
                self.solver.assertFormula(
                    self.solver.mkTerm(Kind.STRING_IN_REGEXP, atom, self.words[name])
                )
            result = self.solver.checkSat()
            self.solver.pop()
            if result.isSat():
                return True
            is_known = is_known and result.isUnsat()
        return False if is_known else None


def questions(encoder, pair):
    """What the analysis says, with a term for each shape."""
    old, new = pair["old"], pair["new"]
    for kind in pair["kinds"]:
        admin = kind["admin"]

        def only(one, other, admin=admin):
            return lambda shape: encoder.all(
                [
                    encoder.admitted(shape, one, admin),
                    encoder.none([encoder.admitted(shape, other, admin)]),
                ]
            )

        yield f"opened, admin {admin}", kind["opened"], only(new, old)
        yield f"closed, admin {admin}", kind["closed"], only(old, new)
    for index, is_effective in pair["effective"]:

        def passes(shape, allow=new[index]):
            allowed = encoder.matches(shape, allow)
            return encoder.all([allowed, encoder.none(encoder.denied(shape, new))])

        yield f"effective {index}", is_effective, passes


def main():
    data = json.load(sys.stdin)
    asked = unknown = wrong = 0
    for number, pair in enumerate(data["pairs"]):
        # A solver of its own for a few pairs: what it learns takes memory.
        if number % 20 == 0:
            encoder = Encoder(data["grammar"])
        for name, said, term in questions(encoder, pair):
            asked += 1
            found = encoder.is_possible(term)
            if found is None:
                unknown += 1
            elif found != said:
                wrong += 1
                print(f"pair {number}, {name}: the analysis says {said}, cvc5 {found}")
                print(json.dumps(pair))
    print(f"{len(data['pairs'])} pairs, {asked} questions, {unknown} unknown to cvc5, {wrong} disagreements")
    sys.exit(1 if wrong else 0)


main()
