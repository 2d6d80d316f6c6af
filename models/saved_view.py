"""Saved views of the ticket list and of the dashboards: a name for an address, one's own, a role's or everyone's."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Model
from models.types import Code, Serial

EVERYONE = "everyone"


class SavedView(Model):
    """Conditions, order and columns of the list. They say what is asked for; what is shown is in its reader's scope."""

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("owner_id", "page", "name", name="one_saved_view_per_name"),)

    id: Mapped[Serial]
    owner_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    name: Mapped[str] = mapped_column(String(40))
    """Empty: how its owner wants the list to look where an address does not say."""
    page: Mapped[Code] = mapped_column(default="")
    """Of what it is a view: the address of a page of the dashboards; empty: the ticket list."""
    address: Mapped[str] = mapped_column(String(2000))
    """The query string."""
    shared: Mapped[Code] = mapped_column(index=True)
    """Who else has it: nobody (empty), a role, or `everyone`."""
    position: Mapped[int] = mapped_column(Integer)

    def __str__(self) -> str:
        return self.name
