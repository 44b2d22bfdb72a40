"""Whether the site is alive, and whether it can work: database there, up to date and guarded, the audit log sealed."""

from typing import Any

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from sonae_web.ground import audit, jobs, outbox, row_security
from sonae_web.ground.rules import public


@public
@require_safe
def alive(request: HttpRequest) -> JsonResponse:
    """Answer that the process runs."""
    return JsonResponse({"alive": True})


@public
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """Answer 200 when requests can be served, else 503, and what is missing; with it facts that need someone's attention.

    Facts: jobs and mails that wait, dead jobs, mails that failed, acts of the schedule that are late.
    """
    checks = {"database": False, "migrations": False, "row_security": False, "sealed": False}
    facts: dict[str, Any] = {}
    try:
        connection = connections[DEFAULT_DB_ALIAS]
        executor = MigrationExecutor(connection)
        checks["database"] = True
        checks["migrations"] = not executor.migration_plan(executor.loader.graph.leaf_nodes())
        checks["sealed"] = audit.unsealed_for() <= audit.FAULT_AFTER
        facts = {"jobs": jobs.state(), "mails": outbox.state(), "late": jobs.late()}
        checks["row_security"] = not row_security.faults()
    except DatabaseError:
        pass
    ready = all(checks.values())
    return JsonResponse({"ready": ready, **checks, **facts}, status=200 if ready else 503)
