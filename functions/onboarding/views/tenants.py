"""Tenants and their members."""

from onboarding.domain.access import Role
from onboarding.domain.model import Id
from onboarding.views.body import View


class TenantView(View):
    """A registered tenant."""

    id: Id
    name: str


class MemberView(View):
    """A registered member."""

    tenant_id: Id
    user_id: Id
    role: Role
