from django.urls import path

import views

urlpatterns = [
    path("session", views.session),
    path("session/update", views.update),
    path("session/delete", views.delete),
    path("session/expiry", views.expiry),
    path("session/cycle", views.cycle),
    path("session/flush", views.flush),
    path("session/test-cookie", views.test_cookie),
    path("login", views.log_in),
    path("logout", views.log_out),
    path("user", views.user),
    path("held/update", views.held_update),
    path("held/entered", views.held_entered),
    path("held/release", views.held_release),
    path("stored/<str:key>", views.stored),
    path("clear-expired", views.clear_expired),
]
