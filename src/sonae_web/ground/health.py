"""Whether the site is alive, and whether it can work: database there, up to date and guarded."""

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from sonae_web.ground import row_security


@require_safe
def alive(request: HttpRequest) -> JsonResponse:
    """Answer that the process runs."""
    return JsonResponse({"alive": True})


@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """Answer 200 when requests can be served, else 503, and what is missing."""
    checks = {"database": False, "migrations": False, "row_security": False}
    try:
        connection = connections[DEFAULT_DB_ALIAS]
        executor = MigrationExecutor(connection)
        checks["database"] = True
        checks["migrations"] = not executor.migration_plan(executor.loader.graph.leaf_nodes())
        checks["row_security"] = not row_security.faults()
    except DatabaseError:
        pass
    return JsonResponse({"ready": all(checks.values()), **checks}, status=200 if all(checks.values()) else 503)
