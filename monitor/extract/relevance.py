"""Is a post about the topic at all? Decided by names and words alone, before any parsing.

Every post of the feed passes here, and nearly all of them end here: so a post costs one look for names and a few
patterns. What is looked for stands in the topic's file (`relevance:`), not in this one.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache, partial

from monitor.extract.names import normalised
from monitor.extract.topic import Rule, Topic
from monitor.models import Value


class Relevance(Value):
    """Whether a post is about the topic, and by which rule, or why not.

    `earlier` is how many of the posts right before it are about the topic since it is: nothing in them had said so.
    """

    relevant: bool
    because: str
    earlier: int = 0


# So many posts may pass without a word of the topic before its thread is taken to have left it.
CARRY = 10
# Of those so many make it a thread about the topic, whatever it began with ("What we know so far").
MOSTLY = 2
# So many posts a thread begins with: a name, a headline, a first paragraph. Points and bylines come on top.
FIRST = 3
# So many posts that lack a word of the topic a later one can make part of it: a teaser, a quote, a standfirst.
BEFORE = 5
# Of a post so many characters are looked at: one that tells of the topic says so by then.
READ = 20_000
# Of so many texts it is remembered what they show: a few threads that come at once.
REMEMBERED = 128

_POINT = re.compile(r"\s*(?:[-–—*•>]|By [A-Z][^.,]{0,60}$)")


def _opening(context: Sequence[str]) -> Iterator[str]:
    """The first posts of a thread, its points and bylines besides."""
    told = 0
    for post in context:
        yield post
        told += _POINT.match(post) is None
        if told >= FIRST:
            return


class Judge:
    """Says of each post whether it is about the topic.

    Remembers what the last texts show: a thread's posts come again as the context of those after them.
    """

    def __init__(self, topic: Topic) -> None:
        self._topic = topic
        self._shown = lru_cache(maxsize=REMEMBERED)(partial(_Shown, topic=topic))

    def __call__(self, text: str, context: Sequence[str]) -> Relevance:
        """Is the post about the topic? `context` are the earlier posts of its thread, oldest first.

        A rule of the topic holds when the post and the few posts before it, as far as the rule reaches, show all that
        it asks for. Beyond that a thread carries its posts for as long as one of the last few is about the topic and
        so is one of its first, or several of the last few are. Neither helps a post that strays (names other places,
        say): it has to hold by itself.
        """
        verdict = self._verdict(text, context)
        return verdict.model_copy(update={"earlier": self._lacking(context)}) if verdict.relevant else verdict

    def _lacking(self, context: Sequence[str]) -> int:
        """How many of the last posts in a row were left out for want of a word alone."""
        for n, post in enumerate(reversed(context[-BEFORE:])):
            if self._strays(post) or self._verdict(post, context[: len(context) - n - 1]).relevant:
                return n
        return len(context[-BEFORE:])

    def _verdict(self, text: str, context: Sequence[str]) -> Relevance:
        here, strays = self._shown(text), self._strays(text)
        earlier = [] if strays else [self._shown(post) for post in reversed(context[-CARRY:])]
        for rule in self._topic.relevance.rules:
            if _holds(rule, (here, *earlier[: rule.reach])):
                return Relevance(relevant=True, because=rule.because)
        if strays:
            return Relevance(relevant=False, because=strays.because)
        about = sum(map(self._alone, earlier))
        if about >= MOSTLY or (about and any(self._alone(self._shown(post)) for post in _opening(context))):
            return Relevance(relevant=True, because="its thread is about the topic")
        return Relevance(relevant=False, because="no rule of the topic holds")

    def _strays(self, text: str) -> Rule | None:
        here = self._shown(text)
        return next((rule for rule in self._topic.relevance.strays if _holds(rule, (here,))), None)

    def _alone(self, post: "_Shown") -> bool:
        return any(_holds(rule, (post,)) for rule in self._topic.relevance.rules)


def judge(text: str, context: Sequence[str], topic: Topic) -> Relevance:
    """The same for a single post."""
    return Judge(topic)(text, context)


class _Shown:
    """What a post shows, found when it is first asked for."""

    def __init__(self, text: str, topic: Topic) -> None:
        self._text = normalised(text[:READ])
        self._lower = self._text.lower()
        self._topic = topic
        self._known: dict[str, bool] = {}

    def __contains__(self, group: str) -> bool:
        """Does the post show a word of this group (or, of `topic.NAMED`, such a name)?"""
        if group not in self._known:
            pattern = self._topic.relevance.patterns.get(group)
            if pattern is None:
                self._known.update(self._named())
            else:
                self._known[group] = pattern.search(self._lower) is not None
        return self._known[group]

    def _named(self) -> dict[str, bool]:
        keys = {mention.entity.key for mention in self._topic.mentions(self._text)}
        return {group: not members.isdisjoint(keys) for group, members in self._topic.named.items()}


def _holds(rule: Rule, posts: Iterable[_Shown]) -> bool:
    posts = tuple(posts)
    return all(any(group in post for post in posts) for group in rule.all) and not any(
        group in post for group in rule.none for post in posts
    )
