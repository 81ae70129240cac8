"""Addresses of the residents' ledger."""

from django.urls import path

from apps.residents import views

app_name = "residents"

urlpatterns = [
    path("residents/", views.residents, name="list"),
    path("residents/find/", views.find, name="find"),
    path("residents/add/", views.add, name="add"),
    path("residents/reveals/", views.reveals, name="reveals"),
    path("residents/<int:person_id>/", views.resident, name="resident"),
    path("residents/<int:person_id>/reveal/", views.reveal, name="reveal"),
    path("residents/residences/<int:residence_id>/move-out/", views.move_out, name="move-out"),
]
