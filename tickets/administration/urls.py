from __future__ import annotations

from django.urls import path

from tickets.administration.views import addresses, cards, deliveries, erasures, mails, outgoing, parked, rules, senders

app_name = "administration"
urlpatterns = [
    path("settings/lifecycle/", rules.rules, name="rules"),
    path("settings/lifecycle/<int:pk>/", rules.rule, name="rule"),
    path("settings/lifecycle/<int:pk>/own/", rules.own, name="own_rule"),
    path("settings/lifecycle/<int:pk>/remove/", rules.remove, name="remove_rule"),
    path("settings/mails/", mails.mails, name="mails"),
    path("settings/mails/retry/", mails.retry, name="retry_mails"),
    path("settings/mails/dismiss/", mails.dismiss, name="dismiss_mails"),
    path("settings/mails/take-back/", mails.take_back, name="take_mails_back"),
    path("settings/mails/open/", mails.open_tickets, name="open_mails"),
    path("settings/mails/<int:pk>/", mails.mail, name="mail"),
    path("settings/mails/boxes/new/", mails.new_mailbox, name="new_mailbox"),
    path("settings/mails/boxes/<int:pk>/", mails.mailbox, name="mailbox"),
    path("settings/addresses/", addresses.addresses, name="addresses"),
    path("settings/addresses/<int:pk>/", addresses.address, name="address"),
    path("settings/addresses/<int:pk>/ask/", addresses.ask, name="ask_about_address"),
    path("settings/addresses/<int:pk>/lift/", addresses.lift, name="lift_address"),
    path("settings/senders/", senders.senders, name="senders"),
    path("settings/senders/<int:pk>/ask/", senders.ask, name="ask_about_sender"),
    path("settings/parked/", parked.parked, name="parked"),
    path("settings/parked/<slug:kind>/retry/", parked.retry, name="retry_parked"),
    path("settings/parked/<slug:kind>/<int:pk>/dismiss/", parked.dismiss, name="dismiss_parked"),
    path("settings/outgoing/", outgoing.calls, name="outgoing"),
    path("settings/outgoing/<str:name>/hurry/", outgoing.hurry, name="hurry_service"),
    path("settings/deliveries/", deliveries.deliveries, name="deliveries"),
    path("settings/deliveries/replay/", deliveries.replay, name="replay"),
    path("settings/deliveries/<int:pk>/drop/", deliveries.drop, name="drop_delivery"),
    path("settings/card/", cards.fields, name="card_fields"),
    path("settings/card/classes/new/", cards.new_class, name="new_card_class"),
    path("settings/card/classes/<int:pk>/", cards.card_class, name="card_class"),
    path("settings/card/fields/<int:pk>/", cards.field, name="card_field"),
    path("settings/card/fields/<int:pk>/drop/", cards.drop, name="drop_card_field"),
    path("settings/card/games/<slug:slug>/new/", cards.new_field, name="new_card_field"),
    path("settings/card/games/<slug:slug>/come/", cards.come, name="declare_come"),
    path("settings/card/games/<slug:slug>/forget/", cards.forget, name="forget_names"),
    path("settings/erasures/", erasures.erasures, name="erasures"),
    path("players/<int:pk>/data/", erasures.data, name="player_data"),
    path("players/<int:pk>/data/export/", erasures.export, name="export_player"),
    path("players/<int:pk>/data/spare/", erasures.spare, name="spare_player"),
]
