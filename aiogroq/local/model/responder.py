"""Generates the text of a response: arithmetic, a few facts, and otherwise template sentences with words of the prompt."""

from __future__ import annotations

import re

from .arithmetic import solve
from .conversation import Conversation
from .facts import fact
from .words import MAX_READ, keywords, number_from, topic

_GREETING = re.compile(
    r"^\W*(?:hi|hello|hey|good (?:morning|afternoon|evening)|greetings)\b[\w\s]{0,24}[!.?]*\s*$", re.I
)
_ECHO = re.compile(
    r"\b(?:say|repeat|reply with|respond with|answer with|output|print|echo)\b"
    r"(?:\s{1,9}(?:exactly|only|just|after me|the word|the text|the phrase|this)){0,5}\s{0,9}:?\s{0,9}"
    r"(['\"“`])([^'\"”`]{1,5000})['\"”`]",
    re.I | re.S,
)
_SAY_BARE = re.compile(
    r"^\W{0,20}(?:please )?(?:say|repeat after me|echo)(?: only| just| exactly)?:?\s+(.{1,200}?)[.!]?$",
    re.I | re.S,
)
_MY_NAME = re.compile(r"\b(?i:my name is|i am called|call me|i'm)\s+([A-Z][\w'-]*(?:\s[A-Z][\w'-]*)?)")
_ASKS_NAME = re.compile(r"\b(?:what(?:'s| is) my name|who am i|remember my name)\b", re.I)
_ROLE = re.compile(r"\byou are (?:an?|the) (?!helpful)([\w' -]{3,40}?)(?=[.,;:!\n]| who| that| and|$)", re.I)
_ALWAYS = re.compile(
    r"\b(?:always|only) (?:answer|reply|respond|say)(?: only)?(?: with)?:?\s+['\"“]?([^'\"”.\n]{1,80})", re.I
)

_OPENINGS = (
    "Here is a short answer about {topic}.",
    "Let us look at {topic} step by step.",
    "There is more to {topic} than it seems at first.",
    "The short version of {topic} fits in a few sentences.",
)
_MIDDLES = (
    "The first thing to know is how {a} and {b} belong together: when one of them changes, the other follows.",
    "In practice {a} matters most, because everything that depends on it has to wait for it.",
    "People often begin with {b} and come to {a} later, but the order hardly changes the result.",
    "A good example is {c}, where small differences add up to something that users notice at once.",
    "What makes {a} valuable is not size but speed: an answer that arrives early can still change a decision.",
    "Seen from {c}, the question of {b} turns out to be mostly a question of patience and measurement.",
)
_CLOSINGS = (
    "If you tell me more about {a}, I can be more precise.",
    "In short: start with {a}, measure, and only then decide about {b}.",
    "That is why {topic} deserves attention early and not at the end.",
)
_POEM = (
    "In quiet hours {a} begins to glow,\nand {b} answers, soft and slow;\n"
    "a thread of light that none can see\nties {c} and {a} in harmony.\n\n"
    "So let the morning come and stay,\nwith {b} to guide it on its way,\n"
    "for what we seek in all we do\nis {c}, made simple, bright and new."
)
_STORY = (
    "Once upon a time there was a small lighthouse that knew everything about {a}. Every evening it sent its light over "
    "the sea and asked the ships about {b}. One night a ship answered: it had found {c} far beyond the horizon. "
    "From then on the lighthouse was never lonely again, and sailors told its story in every harbour."
)


def respond(conversation: Conversation) -> str:
    """Return the response to the last user message, or to the tool results after it."""
    if conversation.tool_results:
        return _from_tools(conversation)
    system = conversation.system[:MAX_READ]
    always = _ALWAYS.search(system)
    if always:
        return always[1].strip()
    text = _respond_to_user(conversation)
    role = _ROLE.search(system)
    # The response shows that the role in the system prompt was read.
    return f"Speaking as {_with_article(role[1].strip())}: {text}" if role else text


def reasoning(conversation: Conversation, effort: str | None) -> str:
    """Return the reasoning text. A higher *effort* gives a longer text."""
    about = topic(conversation.user)
    steps = [f'The user asks about "{about}".', "I should answer briefly and to the point."]
    if effort != "low":
        steps.append(
            f"The words that matter are {', '.join(keywords(conversation.user[:MAX_READ])[:5]) or 'few'}."
        )
    if conversation.tool_results:
        steps.append("The tool has answered, so I can use its result.")
    if effort == "high":
        steps.append("Let me check that again: nothing in the conversation contradicts it.")
        steps.append("I could say more, but a clear answer is better than a long one.")
    return " ".join(steps)


def compose(prompt: str) -> str:
    """Several sentences that speak about the words of *prompt*, the same for the same prompt."""
    about = topic(prompt)
    terms = keywords(about) or keywords(prompt) or ["it"]
    chance = number_from(prompt)
    names = {
        "topic": about,
        "a": terms[0],
        "b": terms[1 % len(terms)] if len(terms) > 1 else "time",
        "c": terms[-1] if len(terms) > 2 else "daily work",
    }
    middles = [_MIDDLES[(chance + step) % len(_MIDDLES)] for step in (0, 2, 3)]
    parts = [_OPENINGS[chance // 7 % len(_OPENINGS)], *middles, _CLOSINGS[chance // 31 % len(_CLOSINGS)]]
    return " ".join(part.format(**names) for part in parts)


def _respond_to_user(conversation: Conversation) -> str:
    prompt = conversation.user[:MAX_READ]
    short = prompt.strip() if len(prompt) < 300 else ""
    echo = _ECHO.search(prompt) or _SAY_BARE.search(short)
    if echo:
        return echo[echo.lastindex or 0].strip()
    if _GREETING.match(prompt):
        return "Hello! How can I help you today?"
    if _ASKS_NAME.search(prompt):
        name = _MY_NAME.search(conversation.text[:MAX_READ])
        return f"Your name is {name[1]}." if name else "You have not told me your name yet."
    known = solve(prompt) or fact(prompt)
    if known:
        return known
    if conversation.images:
        count = "an image" if conversation.images == 1 else f"{conversation.images} images"
        return f"You sent {count}. {compose(prompt)}"
    for word, form in (("poem", _POEM), ("haiku", _POEM), ("story", _STORY), ("joke", _STORY)):
        if re.search(rf"\b{word}\b", prompt, re.I):
            terms = [term for term in keywords(prompt) if term not in (word, "write", "tell", "short")]
            a, b, c = [*terms, "light", "the river", "hope"][:3]
            return form.format(a=a, b=b, c=c)
    return compose(prompt)


def _from_tools(conversation: Conversation) -> str:
    results = [
        f"{name.replace('_', ' ')} says: {content.strip()}" for name, content in conversation.tool_results
    ]
    return f"Here is what I found for {topic(conversation.user)}. " + " ".join(
        result if result.endswith((".", "!", "?")) else f"{result}." for result in results
    )


def _with_article(noun: str) -> str:
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"
