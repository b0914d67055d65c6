"""A few facts that demos often ask for."""

from __future__ import annotations

import re

CAPITALS = {
    "argentina": "Buenos Aires", "australia": "Canberra", "austria": "Vienna", "bangladesh": "Dhaka", "belgium": "Brussels",
    "brazil": "Brasília", "bulgaria": "Sofia", "canada": "Ottawa", "chile": "Santiago", "china": "Beijing",
    "colombia": "Bogotá", "croatia": "Zagreb", "cuba": "Havana", "czechia": "Prague", "denmark": "Copenhagen",
    "egypt": "Cairo", "england": "London", "ethiopia": "Addis Ababa", "finland": "Helsinki", "france": "Paris",
    "germany": "Berlin", "ghana": "Accra", "greece": "Athens", "hungary": "Budapest", "iceland": "Reykjavik",
    "india": "New Delhi", "indonesia": "Jakarta", "iran": "Tehran", "iraq": "Baghdad", "ireland": "Dublin",
    "israel": "Jerusalem", "italy": "Rome", "japan": "Tokyo", "kenya": "Nairobi", "malaysia": "Kuala Lumpur",
    "mexico": "Mexico City", "morocco": "Rabat", "netherlands": "Amsterdam", "new zealand": "Wellington",
    "nigeria": "Abuja", "norway": "Oslo", "pakistan": "Islamabad", "peru": "Lima", "philippines": "Manila",
    "poland": "Warsaw", "portugal": "Lisbon", "romania": "Bucharest", "russia": "Moscow", "saudi arabia": "Riyadh",
    "scotland": "Edinburgh", "serbia": "Belgrade", "singapore": "Singapore", "slovakia": "Bratislava",
    "south africa": "Pretoria", "south korea": "Seoul", "spain": "Madrid", "sweden": "Stockholm", "switzerland": "Bern",
    "thailand": "Bangkok", "turkey": "Ankara", "ukraine": "Kyiv", "united kingdom": "London", "united states": "Washington, D.C.",
    "usa": "Washington, D.C.", "venezuela": "Caracas", "vietnam": "Hanoi", "wales": "Cardiff",
}  # fmt: skip
"""Country in lower case -> capital."""

_CAPITAL_OF = re.compile(
    r"\bcapital(?: city)? of (?:the )?([a-z]+(?: [a-z]+)?)|\b([a-z]+(?: [a-z]+)?)'s capital", re.I
)
_COUNTRY_OF = re.compile(r"\b(?:which|what) country is ([a-z]+(?: [a-z]+)?) (?:in|the capital of)\b", re.I)
_LARGEST_CITY = re.compile(r"\b(?:largest|biggest) city (?:in|of) (?:the )?([a-z]+(?: [a-z]+)?)", re.I)
_LARGEST = {"brazil": "São Paulo", "australia": "Sydney", "canada": "Toronto", "china": "Shanghai", "usa": "New York City",
            "united states": "New York City", "turkey": "Istanbul", "nigeria": "Lagos", "pakistan": "Karachi",
            "switzerland": "Zurich", "vietnam": "Ho Chi Minh City", "india": "Mumbai", "morocco": "Casablanca",
            "south africa": "Johannesburg", "new zealand": "Auckland", "israel": "Jerusalem"}  # fmt: skip
_OTHERS = (
    (re.compile(r"\bcolou?r (?:of|is) the sky\b", re.I), "The sky is blue on a clear day."),
    (re.compile(r"\b(?:how many|number of) days in a (?:week)\b", re.I), "A week has 7 days."),
    (
        re.compile(r"\bspeed of light\b", re.I),
        "The speed of light in vacuum is 299,792,458 metres per second.",
    ),
    (re.compile(r"\bwho wrote (?:hamlet|romeo and juliet|macbeth)\b", re.I), "William Shakespeare wrote it."),
    (
        re.compile(r"\b(?:largest|biggest) planet\b", re.I),
        "Jupiter is the largest planet of the solar system.",
    ),
    (re.compile(r"\b(?:boiling point of water|water boil)\b", re.I), "Water boils at 100 °C at sea level."),
    (
        re.compile(r"\b(?:highest|tallest) mountain\b", re.I),
        "Mount Everest is the highest mountain, 8,849 metres.",
    ),
)


def place_facts(text: str) -> dict[str, str]:
    """Return `{"city", "country"}` for a question about a country's capital or largest city, with `capital` for the former."""
    found = _CAPITAL_OF.search(text)
    country = _known(found[1] or found[2]) if found else None
    if country:
        return {"city": CAPITALS[country], "capital": CAPITALS[country], "country": _title(country)}
    found = _LARGEST_CITY.search(text)
    country = _known(found[1]) if found else None
    if country:
        return {"city": _LARGEST.get(country, CAPITALS[country]), "country": _title(country)}
    return {}


def fact(text: str) -> str | None:
    """Return one sentence if *text* asks for one of the facts in this module."""
    place = place_facts(text)
    if "capital" in place:
        return f"The capital of {place['country']} is {place['capital']}."
    if place:
        return f"The largest city of {place['country']} is {place['city']}."
    found = _COUNTRY_OF.search(text)
    if found:
        for country, capital in CAPITALS.items():
            if capital.lower() == found[1].lower():
                return f"{capital} is in {_title(country)}."
    for pattern, sentence in _OTHERS:
        if pattern.search(text):
            return sentence
    return None


def _known(name: str) -> str | None:
    """Return the country at the start of *name*. The two-word patterns can match one word too many."""
    lowered = name.lower()
    for candidate in (lowered, lowered.partition(" ")[0]):
        if candidate in CAPITALS:
            return candidate
    return None


def _title(country: str) -> str:
    return "USA" if country == "usa" else country.title()
