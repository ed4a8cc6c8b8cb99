"""The onboarding domain: contracts of customers, projects, jobs and invoices, sent row by row."""

from headgate.domains.domain import Domain

DOMAIN = Domain("onboarding", package=__name__)
