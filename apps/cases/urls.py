"""Addresses of the dispatch centre, of cases and of the agency's desk."""

from django.urls import path

from apps.cases.views import cards, case, desk, dispatch, intake, reporters

app_name = "cases"

urlpatterns = [
    path("dispatch/", dispatch.dispatch, name="dispatch"),
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
    path("cases/<str:number>/reporters/<int:reporter_id>/", reporters.reveal, name="reporter"),
    path("cases/<str:number>/limits/", case.limits, name="limits"),
    path("cases/<str:number>/photos/", case.attach, name="attach"),
    path("cases/<str:number>/act/<str:action>/", case.act, name="act"),
    path("cards/", cards.cards, name="cards"),
    path("cards/<int:card_id>/", cards.card, name="card"),
    path("desk/", desk.desk, name="desk"),
]
