"""Attributes that a fit gives."""

from __future__ import annotations

from typing import Any, Callable, Generic, Optional, TypeVar, Union, overload

T = TypeVar("T")


class Fitted(Generic[T]):
    """An attribute that is read from the library when first asked for, and then kept: it may be set, and an
    array changed in place. The model forgets what is kept at its next fit.

    Used as a decorator of the method that reads it.
    """

    def __init__(self, read: Callable[[Any], T]) -> None:
        self.read = read
        self.__doc__ = read.__doc__
        self._name = read.__name__

    @overload
    def __get__(self, model: None, kind: Any) -> Fitted[T]: ...

    @overload
    def __get__(self, model: Any, kind: Any) -> T: ...

    def __get__(self, model: Optional[Any], kind: Any) -> Union[T, Fitted[T]]:
        if model is None:
            return self
        kept = vars(model).get("_kept", {})
        value: T = kept[self._name] if self._name in kept else self.read(model)
        vars(model).setdefault("_kept", {})[self._name] = value
        return value

    def __set__(self, model: Any, value: Any) -> None:
        vars(model).setdefault("_kept", {})[self._name] = value
