"""The site's settings for tests: a database in memory or where SONAE_TEST_DATABASE_URL says, keys of their own."""

import os

os.environ |= {
    "SONAE_SECRET_KEY": "for tests only " * 4,
    "SONAE_KEYS": "sample-2:" + "Ag" * 21 + "A=" + ",sample-1:" + "AQ" * 21 + "A=",
    "SONAE_HOSTS": "testserver,localhost",
    "SONAE_SAMPLE": "true",
    "DJANGO_ALLOW_ASYNC_UNSAFE": "true",  # playwright keeps an event loop in the test's thread
    "SONAE_DATABASE_URL": os.environ.get("SONAE_TEST_DATABASE_URL", "sqlite://:memory:"),
}

from sonae_web.settings import *

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # quick: hashing is not what these tests measure
