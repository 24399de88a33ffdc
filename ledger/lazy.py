"""A value that an immutable object works out once, when it is first asked for.

As `functools.cached_property`, without the lock that Python 3.11's takes at each first look: two
threads may both work it out, and come to the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, Self, TypeVar, overload

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class lazy(Generic[T]):  # noqa: N801 - used as `property` is
    """Decorates a method without arguments; the class must have a `__dict__`."""

    def __init__(self, work: Callable[..., T]) -> None:
        self._work = work
        self._name = work.__name__
        self.__doc__ = work.__doc__

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type) -> T: ...
    def __get__(self, instance: object | None, owner: type) -> Self | T:
        if instance is None:
            return self
        value = instance.__dict__[self._name] = self._work(instance)
        return value
