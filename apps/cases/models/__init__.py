"""Rows of the cases room."""

from apps.cases.models.admission import Admission, AdmissionQuerySet
from apps.cases.models.archive import ArchiveBook, CaseFile
from apps.cases.models.asking import MissingList
from apps.cases.models.cases import (
    Case,
    CaseEvent,
    CaseQuerySet,
    CaseReporter,
    Leg,
    LegQuerySet,
)
from apps.cases.models.categories import Category, CategoryQuerySet, CategoryVersion, SchemeChoice
from apps.cases.models.desk import SavedFilter, StandardReply
from apps.cases.models.disputes import Mediation, MediationParty, MediationSession
from apps.cases.models.dual import DualReport
from apps.cases.models.enforcement import Enforcement
from apps.cases.models.follow_ups import FollowUp, FollowUpAttempt, FollowUpDraw, FollowUpShare
from apps.cases.models.hazards import HazardListing
from apps.cases.models.meetings import JointMeeting, MeetingItem
from apps.cases.models.orders import ExtensionRequest, Supervision
from apps.cases.models.publication import Publication
from apps.cases.models.routing import RoutingRule
from apps.cases.models.rulings import DutyRuling, DutyRulingQuerySet
from apps.cases.models.samples import Sample, SampleReview
from apps.cases.models.screenings import ScreeningPeriod, ScreeningReturn
from apps.cases.models.special import CaseParty, SpecialControl, SpecialListing
from apps.cases.models.spot import SpotCheck, SpotDraw, SpotShare
from apps.cases.models.suspensions import Suspension
from apps.cases.models.whistles import Summons, Whistle
from apps.cases.webhooks.models import WebhookDelivery, WebhookSubscriber

__all__ = [
    "Admission",
    "AdmissionQuerySet",
    "ArchiveBook",
    "Case",
    "CaseEvent",
    "CaseFile",
    "CaseParty",
    "CaseQuerySet",
    "CaseReporter",
    "Category",
    "CategoryQuerySet",
    "CategoryVersion",
    "DualReport",
    "DutyRuling",
    "DutyRulingQuerySet",
    "Enforcement",
    "ExtensionRequest",
    "FollowUp",
    "FollowUpAttempt",
    "FollowUpDraw",
    "FollowUpShare",
    "HazardListing",
    "JointMeeting",
    "Leg",
    "LegQuerySet",
    "Mediation",
    "MediationParty",
    "MediationSession",
    "MeetingItem",
    "MissingList",
    "Publication",
    "RoutingRule",
    "Sample",
    "SampleReview",
    "SavedFilter",
    "SchemeChoice",
    "ScreeningPeriod",
    "ScreeningReturn",
    "SpecialControl",
    "SpecialListing",
    "SpotCheck",
    "SpotDraw",
    "SpotShare",
    "StandardReply",
    "Summons",
    "Supervision",
    "Suspension",
    "WebhookDelivery",
    "WebhookSubscriber",
    "Whistle",
]
