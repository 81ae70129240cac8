"""How units stand in addresses."""

from django.urls import register_converter


class UnitCode:
    """A unit's code in an address: digits only, so that words stay free for other pages."""

    regex = r"\d{6,15}"

    def to_python(self, value: str) -> str:
        """The code itself."""
        return value

    def to_url(self, value: str) -> str:
        """The code itself."""
        return value


register_converter(UnitCode, "unit")
