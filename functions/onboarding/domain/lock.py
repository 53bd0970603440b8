"""The edit lock: one person writes at a time, and nobody is shut out for longer than its length."""

from datetime import datetime, timedelta

from onboarding.domain.model import Concept, Id, Instant


class Lock(Concept):
    """Somebody's right to change a session until a moment."""

    user_id: Id
    until: Instant

    def is_live(self, now: datetime) -> bool:
        """Tell whether the lock still holds at *now*; at the very moment it ends it does not."""
        return self.until > now

    def is_held_by(self, user_id: int, now: datetime) -> bool:
        """Tell whether *user_id* holds this lock, live, at *now*."""
        return self.user_id == user_id and self.is_live(now)


def live(lock: Lock | None, now: datetime) -> Lock | None:
    """Show *lock* as people see it: an expired one is none."""
    return lock if lock and lock.is_live(now) else None


def taken(user_id: int, now: datetime, length: timedelta) -> Lock:
    """Give *user_id* the lock from *now* on for *length*."""
    return Lock(user_id=user_id, until=now + length)


def renewed(lock: Lock, now: datetime, length: timedelta) -> Lock:
    """Renew the holder's live *lock*, but only once less than half of *length* is left.

    A page sends a heartbeat every few seconds; only one in many is worth a write.
    """
    return lock if lock.until - now >= length / 2 else taken(lock.user_id, now, length)
