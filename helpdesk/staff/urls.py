from __future__ import annotations

from django.urls import path

from helpdesk.staff.views import account, audit, games, leaving, notices, people, roles, settings, teams, texts

app_name = "staff"
urlpatterns = [
    path("account/", account.account, name="account"),
    path("account/appearance/", account.appearance, name="appearance"),
    path("account/sign-out-everywhere/", account.sign_out, name="sign_out_everywhere"),
    path("accounts/address/<str:token>/", people.new_address, name="new_address"),
    path("notices/", notices.notices, name="notices"),
    path("notices/bell/", notices.bell, name="bell"),
    path("notices/seen/", notices.seen, name="notices_seen"),
    path("notices/<int:pk>/", notices.follow, name="notice"),
    path("settings/", settings.home, name="settings"),
    path("settings/people/", people.people, name="people"),
    path("settings/people/invite/", people.invite, name="invite"),
    path("settings/people/<int:pk>/", people.person, name="person"),
    path("settings/people/<int:pk>/do/", people.act, name="person_act"),
    path("settings/people/<int:pk>/leave/", leaving.leave, name="leave"),
    path("settings/people/<int:pk>/roles/", people.give, name="give_role"),
    path("settings/people/<int:pk>/roles/<int:grant_pk>/take/", people.take, name="take_role"),
    path("settings/teams/", teams.teams, name="teams"),
    path("settings/teams/new/", teams.new_team, name="new_team"),
    path("settings/teams/<int:pk>/", teams.team, name="team"),
    path("settings/teams/<int:pk>/drop/", teams.drop, name="drop_team"),
    path("settings/roles/", roles.roles, name="roles"),
    path("settings/roles/new/", roles.new_role, name="new_role"),
    path("settings/roles/<int:pk>/", roles.role, name="role"),
    path("settings/roles/<int:pk>/drop/", roles.drop, name="drop_role"),
    path("settings/games/", games.games, name="games"),
    path("settings/games/new/", games.new_game, name="new_game"),
    path("settings/games/preview/", games.preview, name="game_preview"),
    path("settings/games/<int:pk>/", games.game, name="game"),
    path("settings/games/<int:pk>/logo/", games.logo, name="game_logo"),
    path("settings/games/<int:pk>/archive/", games.archive, name="archive_game"),
    path("settings/texts/", texts.texts, name="texts"),
    path("settings/texts/<int:pk>/", texts.text, name="text"),
    path("settings/texts/<int:pk>/preview/", texts.preview, name="text_preview"),
    path("settings/texts/<int:pk>/own/", texts.own, name="own_words"),
    path("settings/texts/<int:pk>/versions/<int:version_pk>/", texts.version, name="text_version"),
    path("settings/texts/<int:pk>/<slug:language>/", texts.text, name="text_language"),
    path("settings/audit/", audit.audit, name="audit"),
]
