"""Base classes of every view and API: Flask-AppBuilder's, with each hole closed in one place (docs/security.md)."""

from __future__ import annotations

from admin.guarding.conflicts import Conflict
from admin.guarding.forms import FormConverter
from admin.guarding.interface import SQLAInterface
from admin.guarding.resource import BaseApi
from admin.guarding.rest import ModelRestApi
from admin.guarding.views import BaseView, ModelView, SimpleFormView

__all__ = [
    "BaseApi", "BaseView", "Conflict", "FormConverter", "ModelRestApi", "ModelView", "SQLAInterface", "SimpleFormView",
]  # fmt: skip
