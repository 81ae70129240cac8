"""Who sees the photos of a case: whoever sees the case."""

from typing import TYPE_CHECKING

from apps.cases.models import Case

if TYPE_CHECKING:
    from apps.accounts.models import User


def case_is_visible(user: "User", case_id: int) -> bool:
    """Whether ``user`` sees the case of that id."""
    return Case.objects.visible_to(user).filter(pk=case_id).exists()
