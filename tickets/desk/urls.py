"""The operators' pages."""

from __future__ import annotations

from django.urls import path

from tickets.desk import files, frame, start
from tickets.desk.exports import views as exports
from tickets.desk.queue import bulk_views, filter_views
from tickets.desk.queue import views as queue
from tickets.desk.ticket import actions, views, writing

app_name = "desk"
urlpatterns = [
    path("tickets/", queue.queue, name="queue"),
    path("tickets/columns/", queue.columns, name="columns"),
    path("tickets/export/", exports.export, name="export"),
    path("tickets/updates/", queue.updates, name="queue_updates"),
    path("tickets/completion/", queue.completion, name="completion"),
    path("tickets/filters/", filter_views.fields, name="filters"),
    path("tickets/filters/<str:name>/", filter_views.menu, name="filter"),
    path("tickets/rail/", frame.rail, name="rail"),
    path("tickets/next/", queue.next_ticket, name="take_next"),
    path("tickets/picked/", bulk_views.picked, name="picked"),
    path("tickets/picked/back/", bulk_views.unpicked, name="unpicked"),
    path("tickets/picked/jobs/hide/", bulk_views.hide_job, name="hide_job"),
    path("tickets/picked/jobs/<int:pk>/back/", bulk_views.take_job_back, name="take_job_back"),
    path("tickets/new/", start.start, name="start"),
    path("tickets/new/draft/", start.draft, name="start_draft"),
    path("tickets/new/drop/", start.drop, name="start_drop"),
    path("tickets/new/files/", start.upload, name="start_file"),
    path("tickets/new/preview/", start.preview, name="start_preview"),
    path("tickets/<str:number>/", views.ticket, name="ticket"),
    path("tickets/<str:number>/updates/", views.updates, name="updates"),
    path("tickets/<str:number>/card/", views.card, name="card"),
    path("tickets/<str:number>/who/", views.who, name="who"),
    path("tickets/<str:number>/reply/", writing.reply, name="reply"),
    path("tickets/<str:number>/note/", writing.note, name="note"),
    path("tickets/<str:number>/draft/", writing.draft, name="draft"),
    path("tickets/<str:number>/files/", writing.upload, name="add_file"),
    path("tickets/<str:number>/preview/", writing.preview, name="preview"),
    path("tickets/<str:number>/status/", actions.status, name="status"),
    path("tickets/<str:number>/assign/", actions.assign, name="assign"),
    path("tickets/<str:number>/take/", actions.take, name="take"),
    path("tickets/<str:number>/facts/", actions.facts, name="facts"),
    path("tickets/<str:number>/priority/", actions.priority, name="priority"),
    path("tickets/<str:number>/player/", actions.player, name="player"),
    path("tickets/<str:number>/block/", actions.block, name="block"),
    path("tickets/<str:number>/unblock/", actions.unblock, name="unblock"),
    path("tickets/<str:number>/brought-in/", actions.brought_in, name="brought_in"),
    path("tickets/<str:number>/merge/", actions.merge_with, name="merge_with"),
    path("tickets/<str:number>/merge/<str:other>/", actions.merge, name="merge"),
    path("tickets/<str:number>/unmerge/<str:other>/", actions.unmerge, name="unmerge"),
    path("tickets/<str:number>/messages/<int:pk>/counted/", actions.counted, name="counted"),
    path("tickets/<str:number>/messages/<int:pk>/sender/", actions.sender, name="sender"),
    path("tickets/<str:number>/messages/<int:pk>/undo/", actions.undo, name="undo"),
    path("tickets/<str:number>/messages/<int:pk>/resend/", actions.resend, name="resend"),
    path("tickets/<str:number>/messages/<int:pk>/now/", actions.try_now, name="try_now"),
    path("tickets/<str:number>/messages/<int:pk>/decide/", actions.decide, name="decide"),
    path("tickets/<str:number>/messages/<int:pk>/release/", actions.release, name="release"),
    path("tickets/<str:number>/messages/<int:pk>/held/", actions.held, name="held"),
    path("tickets/<str:number>/messages/<int:pk>/original/", files.original, name="original"),
    path("tickets/<str:number>/messages/<int:pk>/raw/", files.raw, name="raw"),
    path("tickets/<str:number>/step/<str:way>/", views.step, name="step"),
    path("files/<int:pk>/drop/", writing.take_out, name="drop_file"),
    path("files/<int:pk>/preview/", files.thumbnail, name="thumbnail"),
    path("files/<int:pk>/<str:name>", files.attachment, name="attachment"),
]
