"""What a password may be, besides what Django checks."""

from django.core.exceptions import ValidationError

MOST = 128
"""Characters. Longer ones only make hashing slow."""


class MaximumLength:
    """Refuses passwords that are too long to be somebody's."""

    def validate(self, password: str, user: object = None) -> None:
        """Raise ValidationError for a password of more than MOST characters."""
        if len(password) > MOST:
            raise ValidationError(self.get_help_text(), code="password_too_long")

    def get_help_text(self) -> str:
        """Return the rule; pages show words of their own."""
        return f"at most {MOST} characters"
