"""What ``check_books`` proves of the posts in townships, whatever was written past the triggers."""

from collections.abc import Iterator

from ledger.checks import Disagreement, book_check, disagreements
from treasury.models.words import HEAD_POSTS, POST_CONFLICTS, SECONDED_POSTS

POST = "'post ' || s.id || ' (' || s.post || ')'"


@book_check
def posts_are_given_by_two() -> Iterator[Disagreement]:
    """Every confirmed post was given by one officer and confirmed by another, and was neither one's own."""
    yield from disagreements(
        "posts_are_given_by_two",
        f"""
        SELECT t.book_id, {POST} || ' was given by ' || coalesce(s.given_by_id, '?') || ' and confirmed by '
               || coalesce(s.decided_by_id, '?'), s.decided_at
          FROM treasury_secondment s JOIN treasury_township t ON t.id = s.township_id
         WHERE s.status = 'CONFIRMED'
           AND (s.decided_by_id IS NULL OR s.given_by_id IS NULL OR s.given_by_id = s.decided_by_id
                OR s.holder_id IN (s.given_by_id, s.decided_by_id))""",  # noqa: S608
    )


@book_check
def seconded_posts_are_consulted() -> Iterator[Disagreement]:
    """Every confirmed seconded post has the answer of the township's party committee (F26)."""
    seconded = ", ".join(f"'{post.value}'" for post in SECONDED_POSTS)
    yield from disagreements(
        "seconded_posts_are_consulted",
        f"""
        SELECT t.book_id, {POST} || ' was confirmed without a consultation', s.decided_at
          FROM treasury_secondment s JOIN treasury_township t ON t.id = s.township_id
         WHERE s.status = 'CONFIRMED' AND s.post IN ({seconded})
           AND NOT EXISTS (SELECT FROM treasury_consultation c WHERE c.secondment_id = s.id)""",  # noqa: S608
    )


@book_check
def posts_exclude_each_other() -> Iterator[Disagreement]:
    """Nobody holds two conflicting posts at once, and no township has two heads at once."""
    pairs = ", ".join(f"('{one.value}', '{other.value}')" for one, other in POST_CONFLICTS)
    heads = ", ".join(f"'{post.value}'" for post in HEAD_POSTS)
    yield from disagreements(
        "posts_exclude_each_other",
        f"""
        SELECT t.book_id, {POST} || ' and post ' || o.id || ' (' || o.post || ') are held at once', o.given_at
          FROM treasury_secondment s JOIN treasury_township t ON t.id = s.township_id
          JOIN treasury_secondment o ON o.id > s.id AND o.status = 'CONFIRMED'
           AND daterange(s.effective_from, s.held_until) && daterange(o.effective_from, o.held_until)
         WHERE s.status = 'CONFIRMED'
           AND ((s.post = o.post AND s.post IN ({heads}) AND s.township_id = o.township_id)
                OR ((s.holder_id = o.holder_id OR (s.township_id = o.township_id AND s.name = o.name))
                    AND ((s.post, o.post) IN ({pairs}) OR (o.post, s.post) IN ({pairs}))))""",  # noqa: S608
    )


@book_check
def posts_end_when_they_say() -> Iterator[Disagreement]:
    """A post is held to the end of its term, or to the day that a row of its own says."""
    yield from disagreements(
        "posts_end_when_they_say",
        f"""
        SELECT t.book_id,
               {POST} || ' is held until ' || s.held_until || ', not ' || coalesce(e.ends_on, s.effective_to),
               e.recorded_at
          FROM treasury_secondment s JOIN treasury_township t ON t.id = s.township_id
          LEFT JOIN treasury_secondmentend e ON e.secondment_id = s.id
         WHERE s.held_until <> coalesce(e.ends_on, s.effective_to)""",  # noqa: S608
    )
