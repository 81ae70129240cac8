"""Logs as the API shows and takes them."""

from datetime import datetime
from typing import Any

from rest_framework import serializers

from apps.inspections.choices import Subject
from apps.inspections.models import DailyLog, LogEntry


class LogEntrySerializer(serializers.ModelSerializer[LogEntry]):
    """One entry; ``case`` is the number of the case it became."""

    case = serializers.CharField(source="case.number", default=None, allow_null=True)

    class Meta:
        model = LogEntry
        fields = ["client_id", "subject", "text", "happened_at", "case"]


class LogReviewSerializer(serializers.Serializer[Any]):
    """Who rated the log, when and how."""

    reviewer = serializers.CharField(source="reviewed_by.username")
    at = serializers.DateTimeField(source="reviewed_at")
    rating = serializers.IntegerField(help_text="1–3, 3 is best")
    comment = serializers.CharField()


class LogSerializer(serializers.ModelSerializer[DailyLog]):
    """A log with its entries."""

    worker = serializers.CharField(source="worker.username")
    worker_name = serializers.CharField(source="worker.name")
    unit = serializers.CharField(source="unit.code", help_text="code of the unit it was kept for")
    entries = LogEntrySerializer(many=True)
    review = serializers.SerializerMethodField()

    class Meta:
        model = DailyLog
        fields = [
            "client_id",
            "date",
            "state",
            "worker",
            "worker_name",
            "unit",
            "filed_at",
            "phone_at",
            "late",
            "reported_cases",
            "verified_cases",
            "entries",
            "review",
        ]

    def get_review(self, log: DailyLog) -> dict[str, Any] | None:
        """The review, or null."""
        return dict(LogReviewSerializer(log).data) if log.reviewed_by_id else None


class NewLogEntrySerializer(serializers.Serializer[Any]):
    """One entry as the phone sends it; described here, judged by the service."""

    client_id = serializers.UUIDField(help_text="made on the phone")
    subject = serializers.ChoiceField(Subject.choices)
    text = serializers.CharField(max_length=1000)
    happened_at = serializers.DateTimeField(required=False, help_text="within the day of the log")


class MomentField(serializers.DateTimeField):
    """A moment that the calendar holds in Shanghai too."""

    def enforce_timezone(self, value: datetime) -> datetime:
        """The moment with its zone; one before the first or after the last year is an error of the field."""
        try:
            return super().enforce_timezone(value)
        except OverflowError as error:
            raise serializers.ValidationError(self.error_messages["overflow"], code="overflow") from error


class NewLogShape(serializers.Serializer[Any]):
    """The body of a new log, for the description of the API."""

    client_id = serializers.UUIDField(help_text="made on the phone; a repeat answers the first result")
    date = serializers.DateField()
    phone_at = MomentField(required=False, allow_null=True, help_text="the phone's clock when sent")
    unit = serializers.CharField(required=False, help_text="code; the caller's own unit where left out")
    entries = NewLogEntrySerializer(many=True, required=False)


class NewLogSerializer(NewLogShape):
    """The outer shape alone: state is checked before the entries are."""

    entries = serializers.ListField(child=serializers.JSONField(), required=False, default=list)  # type: ignore[assignment]


class LogFilterSerializer(serializers.Serializer[Any]):
    """The query of the list."""

    unit = serializers.CharField(required=False, allow_blank=True, default="")
    worker = serializers.CharField(required=False, allow_blank=True, default="")
    date = serializers.DateField(required=False, allow_null=True, default=None)
    size = serializers.IntegerField(required=False, default=50, min_value=1, max_value=200)
    cursor = serializers.CharField(required=False, allow_null=True, default=None)


class LogPageSerializer(serializers.Serializer[Any]):
    """A page of logs with the links of its neighbours."""

    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = LogSerializer(many=True)
