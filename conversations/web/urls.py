"""Routes of the chat pages."""

from django.urls import path

from conversations.web import actions, chat, fragments, message_actions

urlpatterns = [
    path("", chat.home, name="home"),
    path("c/new", chat.new, name="chat_new"),
    path("models", fragments.models, name="models"),
    path("c/<str:conversation_id>", chat.chat, name="chat"),
    path("c/<str:conversation_id>/options", chat.options, name="chat_options"),
    path("c/<str:conversation_id>/stop", chat.stop, name="chat_stop"),
    path("c/<str:conversation_id>/rename", actions.rename, name="chat_rename"),
    path("c/<str:conversation_id>/archive", actions.archive, name="chat_archive"),
    path("c/<str:conversation_id>/unarchive", actions.unarchive, name="chat_unarchive"),
    path("c/<str:conversation_id>/delete", actions.delete, name="chat_delete"),
    path("c/<str:conversation_id>/restore", actions.restore, name="chat_restore"),
    path("c/<str:conversation_id>/seen", actions.seen, name="chat_seen"),
    path("c/<str:conversation_id>/m/<str:message_id>/edit", message_actions.edit),
    path("c/<str:conversation_id>/m/<str:message_id>/regenerate", message_actions.regenerate),
    path("c/<str:conversation_id>/m/<str:message_id>/continue", message_actions.resume),
    path("c/<str:conversation_id>/m/<str:message_id>/rate", message_actions.rate),
    path("c/<str:conversation_id>/m/<str:message_id>/select", message_actions.select),
    path("_/rows", fragments.rows, name="rows_fragment"),
    path("_/picker", fragments.picker, name="picker_fragment"),
    path("_/thread/<str:conversation_id>", fragments.thread, name="thread_fragment"),
    path("_/message/<str:conversation_id>/<str:message_id>", fragments.message),
    path("_/message/<str:conversation_id>/<str:message_id>/edit", fragments.message_edit_form),
]
