"""The whole API in one place: each noun's operations lie in its own folder."""

from sonae_web.accounts import api as accounts
from sonae_web.diagnosis import api as diagnosis
from sonae_web.diagnosis import own_api as own
from sonae_web.ground.api import make, marked
from sonae_web.policies import api as policies
from sonae_web.quotes import api as quotes

api = make(
    "Sonae API",
    "Programmes, checklists and computations of Sonae; what goes in and comes out is the command line's. "
    "The reference with worked examples: /api/",
)
api.add_router("", diagnosis.router)
api.add_router("", quotes.router)
api.add_router("", accounts.router)
api.add_router("", own.router)
api.add_router("", policies.router)
urls = marked(api)
