"""Addresses of the dispatch centre, of cases and of the agency's desk."""

from django.urls import include, path

from apps.cases.views import (
    batch,
    cards,
    case,
    desk,
    dispatch,
    filters,
    guide,
    history,
    intake,
    replies,
    reporters,
    spot,
)
from apps.cases.webhooks.urls import urlpatterns as webhooks

app_name = "cases"

urlpatterns = [
    path("dispatch/", dispatch.dispatch, name="dispatch"),
    path("dispatch/points/", dispatch.points, name="dispatch-points"),
    path("dispatch/export/", dispatch.export, name="dispatch-export"),
    path("dispatch/filters/", filters.filters, name="filters"),
    path("dispatch/filters/save/", filters.save, name="filter-save"),
    path("dispatch/filters/mine/", filters.mine, name="filters-mine"),
    path("dispatch/replies/", replies.replies, name="replies"),
    path("dispatch/replies/<int:reply_id>/up/", replies.reply_up, name="reply-up"),
    path("dispatch/replies/<int:reply_id>/remove/", replies.reply_remove, name="reply-remove"),
    path("dispatch/batch/<str:action>/", batch.batch, name="batch"),
    path("dispatch/<str:number>/", dispatch.dispatch_case, name="dispatch-case"),
    path("cases/", case.case_list, name="list"),
    path("cases/new/", intake.new_case, name="new"),
    path("cases/new/caller/", intake.caller, name="intake-caller"),
    path("cases/new/places/", intake.places, name="intake-places"),
    path("cases/new/categories/", intake.categories, name="intake-categories"),
    path("cases/new/alike/", intake.alike, name="intake-alike"),
    path("cases/duplicates/", intake.duplicates, name="duplicates"),
    path("cases/reveals/", reporters.reveals, name="reveals"),
    path("cases/find/", case.find, name="find"),
    path("cases/<str:number>/", case.case, name="case"),
    path("cases/<str:number>/sheet/", history.sheet, name="sheet"),
    path("cases/<str:number>/history/place/", history.place, name="history-place"),
    path("cases/<str:number>/history/reporter/", history.reporter, name="history-reporter"),
    path("cases/<str:number>/reporters/<int:reporter_id>/", reporters.reveal, name="reporter"),
    path("cases/<str:number>/limits/", case.limits, name="limits"),
    path("cases/<str:number>/photos/", case.attach, name="attach"),
    path("cases/<str:number>/act/<str:action>/", case.act, name="act"),
    path("spot/", spot.checks, name="spot"),
    path("spot/export/", spot.export, name="spot-export"),
    path("spot/shares/", spot.share, name="spot-share"),
    path("spot/draws/<int:draw_id>/", spot.draw, name="spot-draw"),
    path("cards/", cards.cards, name="cards"),
    path("cards/<int:card_id>/", cards.card, name="card"),
    path("desk/", desk.desk, name="desk"),
    path("help/cases/", guide.cases_explained, name="help"),
    path("manage/webhooks/", include(webhooks)),
]
