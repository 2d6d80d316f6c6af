"""The HTTP API (DESIGN §6): tickets, and the tables around them."""

from __future__ import annotations

from flask_appbuilder import AppBuilder
from flask_appbuilder.api.manager import OpenApi

from admin.api.attachments import AttachmentApi, UploadApi
from admin.api.tables import TABLES
from admin.api.ticket import TicketApi


def add_apis(appbuilder: AppBuilder) -> None:
    """Register every resource under /api/v1/, and /api/v1/_openapi that describes them all."""
    for resource in (TicketApi, UploadApi, AttachmentApi, *TABLES, OpenApi):
        appbuilder.add_api(resource)
