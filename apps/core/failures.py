"""What is kept of an exception: enough to say why, nothing that a row of somebody could stand in."""

MOST = 500


def reason_of(error: BaseException) -> str:
    """Class and first line of the message: the database tells the values of a row on the lines below it."""
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0]}"[:MOST] if lines else type(error).__name__
