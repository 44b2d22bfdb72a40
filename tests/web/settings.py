"""The site's settings for tests: a database in memory or where SONAE_TEST_DATABASE_URL says, keys of their own."""

import os
import tempfile

os.environ |= {
    "SONAE_SECRET_KEY": "for tests only " * 4,
    "SONAE_KEYS": "sample-2:" + "Ag" * 21 + "A=" + ",sample-1:" + "AQ" * 21 + "A=",
    "SONAE_HOSTS": "testserver,localhost",
    "SONAE_SAMPLE": "true",
    "SONAE_DATA": f"{tempfile.gettempdir()}/sonae-tests-{os.getpid()}",  # made by what writes there, and no test should
    "DJANGO_ALLOW_ASYNC_UNSAFE": "true",  # playwright keeps an event loop in the test's thread
    "SONAE_DATABASE_URL": os.environ.get("SONAE_TEST_DATABASE_URL", "sqlite://:memory:"),
}

from sonae_web.settings import *

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # quick: hashing is not what these tests measure
