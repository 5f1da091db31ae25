"""The addresses of the desk of officers."""

from django.urls import path

from web.officer_desk import account_pages, establishment_pages, officer_pages, township_post_pages

urlpatterns = [
    path("officers/", officer_pages.officers, name="officers"),
    path("officers/new/", officer_pages.new_officer, name="officer_new"),
    path("officers/named/<str:username>/", officer_pages.officer, name="officer"),
    path("officers/named/<str:username>/act", officer_pages.officer_act, name="officer_act"),
    path("officers/townships/", township_post_pages.township_posts, name="seconded_posts"),
    path("officers/townships/<int:pk>/", township_post_pages.township_post, name="seconded_post"),
    path("officers/establishment/", establishment_pages.establishment, name="establishment"),
    path("officers/accounts/", account_pages.officer_accounts, name="officer_accounts"),
]
