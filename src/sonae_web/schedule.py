"""What the site does by the clock: the whole schedule. Each line is an act and when it is due."""

from sonae_web.desk.jobs import nightly_totals
from sonae_web.ground import audit, heads, retention
from sonae_web.ground.jobs import daily, every
from sonae_web.policies.turns import turn

SCHEDULE = (
    every(seconds=1)(audit.seal),
    every(seconds=60)(turn),
    daily("02:10")(nightly_totals),
    daily("03:10")(retention.erase),
    daily("03:40")(heads.keep),
)
