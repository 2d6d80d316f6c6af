"""The one Model class of every table, and FAB's accounts and roles, which are tables like ours."""

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import (
    Role,
    User,
    assoc_group_role,
    assoc_user_group,
    assoc_user_role,
)

__all__ = ["Model", "Role", "User", "assoc_group_role", "assoc_user_group", "assoc_user_role"]
