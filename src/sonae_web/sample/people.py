"""Who can sign in to the sample, with what: known to everybody, and never made anywhere else."""

import base64
import hashlib
import hmac
from dataclasses import dataclass

PASSWORD = "sonae-sample-only"  # noqa: S105 - the sample's, printed at every start
PERIOD = 30


@dataclass(frozen=True)
class SignIn:
    """One sample person: its name on the command line, its roles, and where it holds them."""

    name: str
    roles: tuple[tuple[str, str], ...]
    """Role and key of the organisation."""

    @property
    def mail(self) -> str:
        """The address to sign in with."""
        return f"{self.name}@example.jp"

    @property
    def staff(self) -> bool:
        """Whether it needs a one-time code."""
        return any(role != "member" for role, _ in self.roles)

    @property
    def secret(self) -> str:
        """The secret of its one-time codes, in base32."""
        return base64.b32encode(hashlib.sha1(f"sonae sample {self.name}".encode()).digest()).decode()  # noqa: S324

    def code(self, at: float) -> str:
        """Return its one-time code at a moment (seconds since 1970): RFC 6238 with SHA-1 and six digits."""
        step = (int(at) // PERIOD).to_bytes(8, "big")
        digest = hmac.digest(base64.b32decode(self.secret), step, "sha1")
        start = digest[-1] & 0xF
        return f"{(int.from_bytes(digest[start : start + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"


SIGN_INS = (
    SignIn("member", (("member", "trading"),)),
    SignIn("colleague", (("member", "trading"), ("member", "printer"))),
    SignIn("association", (("association", "association-0"), ("member", "association-0-member"))),
    SignIn("prefecture", (("federation", "prefecture-0"),)),
    SignIn("federation", (("federation", "national"),)),
    SignIn("agent", (("agent", "national"),)),
    SignIn("underwriter", (("underwriter", "national"),)),
    SignIn("claims", (("claims", "national"),)),
    SignIn("auditor", (("auditor", "national"),)),
    SignIn("admin", (("admin", "national"),)),
)
"""A role's name is also its sign-in's, but for the second person of a member and the prefecture's clerk."""
