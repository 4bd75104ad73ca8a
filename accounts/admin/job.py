"""Jobs and schedules in the admin: what waits, runs and failed; to run again or to cancel."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.db.models.functions import Right
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_tasks_db.models import DBTaskResult
from typing_extensions import override
from unfold.admin import ModelAdmin

from accounts.admin.asking import Given, actor_of, asks, each
from accounts.admin.read_only import ReadOnlyAdmin
from accounts.admin.rights import may
from accounts.limits.caller import Caller
from accounts.models import Job
from accounts.queries import jobs
from accounts.services.jobs import job_cancel, job_retry, schedule_run_now
from librechat.kernel.errors import AppError
from librechat.kernel.jobs.rows import AT_ONCE
from librechat.kernel.jobs.schedules import overview

READ, MANAGE = "read:system", "manage:system"
TAIL = 400  # of a traceback: its last line is all that a list shows


@asks(_("Run these jobs again"), _("Each starts anew, with all its tries before it."))
def retry(desk: ModelAdmin, request: HttpRequest, chosen: QuerySet[Job], _given: Given) -> None:
    """Run what failed once more, and what waits at once."""
    by, caller = actor_of(request), Caller.of(request)
    each(desk, request, chosen, lambda job: job_retry(job=job, by=by, caller=caller))


@asks(
    _("Cancel these jobs"),
    _("What waits is not done. What runs is told to stop; what it has done outside may stay."),
)
def cancel(desk: ModelAdmin, request: HttpRequest, chosen: QuerySet[Job], _given: Given) -> None:
    """End what waits or runs."""
    by, caller = actor_of(request), Caller.of(request)
    each(desk, request, chosen, lambda job: job_cancel(job=job, by=by, caller=caller))


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    """Jobs, newest first."""

    read_capability = READ
    manage_capability = MANAGE
    change_list_template = "admin/accounts/job_list.html"
    list_display = ("what", "queue_name", "status", "tries", "enqueued_at", "took", "error", "whom")
    list_filter = ("status", ("queue_name", admin.AllValuesFieldListFilter), "enqueued_at")
    search_fields = ("=id", "task_path", "exception_class_path")
    search_help_text = _("An id, the name of a function, or the name of an error")
    ordering = ("-enqueued_at",)
    actions = (retry, cancel)
    fields = readonly_fields = (
        "what",
        "task_path",
        "queue_name",
        "priority",
        "status",
        "enqueued_at",
        "due",
        "started_at",
        "finished_at",
        "took",
        "tries",
        "workers",
        "arguments",
        "result",
        "trace",
    )

    @override
    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        found: Any = super().get_queryset(request).defer("traceback", "return_value")
        short: QuerySet[Any] = found.annotate(tail=Right("traceback", TAIL))
        return short

    @override
    def changelist_view(
        self,
        request: HttpRequest,
        extra_context: dict[str, str] | None = None,
    ) -> TemplateResponse:
        """Show a page of jobs with whom they are for, in one query for all."""
        answer = super().changelist_view(request, extra_context)
        context = getattr(answer, "context_data", None) or {}
        if listed := context.get("cl"):
            listed.result_list = list(listed.result_list)
            people = jobs.people_of(listed.result_list)
            for job in listed.result_list:
                job.person = people.get(jobs.person_id(job), "")
        return answer

    @override
    def get_urls(self) -> list[URLPattern]:
        """Add the page of the schedules."""
        inside = self.admin_site.admin_view
        return [
            path("schedules/", inside(self.schedules), name="accounts_job_schedules"),
            *super().get_urls(),
        ]

    @override
    def response_action(
        self,
        request: HttpRequest,
        queryset: QuerySet[Any],
        *args: Any,
    ) -> HttpResponse | None:
        """Do what was chosen; ids that are none choose nothing."""
        try:
            answer: HttpResponse | None = super().response_action(request, queryset, *args)
        except ValidationError:
            self.message_user(request, gettext("There is no such job."), messages.ERROR)
            return redirect("admin:accounts_job_changelist")
        return answer

    def schedules(self, request: HttpRequest) -> HttpResponse:
        """Show what is done in a rhythm; a POST with a name does it now."""
        if not may(request, READ):
            raise PermissionDenied
        if request.method == "POST":
            return self._run_now(request)
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Schedules"),
            "opts": self.opts,
            "schedules": overview(),
            "may_run": may(request, MANAGE),
        }
        return TemplateResponse(request, "admin/accounts/schedules.html", context)

    def _run_now(self, request: HttpRequest) -> HttpResponse:
        if not may(request, MANAGE):
            raise PermissionDenied
        name = request.POST.get("name", "")
        try:
            schedule_run_now(name=name, by=actor_of(request), caller=Caller.of(request))
        except AppError as refused:
            self.message_user(request, f"{name}: {refused.message}", messages.ERROR)
        else:
            text = gettext("%(name)s will be done in a moment.") % {"name": name}
            self.message_user(request, text, messages.SUCCESS)
        return redirect("admin:accounts_job_schedules")

    @admin.display(description=_("Job"), ordering="task_path")
    def what(self, job: Job) -> str:
        return job.short_name

    @admin.display(description=_("Tries"))
    def tries(self, job: Job) -> str:
        """Return how often it was tried, and how often the worker died of it."""
        deaths = jobs.deaths_of(job)
        if not deaths:
            return str(jobs.attempts_of(job))
        words = {"tries": jobs.attempts_of(job), "deaths": deaths}
        return gettext("%(tries)s, the worker died in %(deaths)s") % words

    @admin.display(description=_("Duration"))
    def took(self, job: Job) -> str:
        lasted = jobs.duration_of(job)
        return "" if lasted is None else f"{lasted.total_seconds():.1f} s"

    @admin.display(description=_("Last error"))
    def error(self, job: Job) -> str:
        return jobs.error_line(getattr(job, "tail", ""))

    @admin.display(description=_("For whom"))
    def whom(self, job: Job) -> str:
        return str(getattr(job, "person", ""))

    @admin.display(description=_("Not before"))
    def due(self, job: Job) -> str:
        """Return when its next try may begin; while it runs, when its lease ends."""
        return "" if job.run_after == AT_ONCE else f"{job.run_after:%Y-%m-%d %H:%M:%S} UTC"

    @admin.display(description=_("Workers"))
    def workers(self, job: Job) -> str:
        return ", ".join(job.worker_ids)

    @admin.display(description=_("Arguments"))
    def arguments(self, job: Job) -> SafeString:
        row = "<tr><th>{}</th><td><code>{}</code></td></tr>"
        given = jobs.arguments_of(job).items()
        return format_html("<table>{}</table>", format_html_join("", row, given))

    @admin.display(description=_("Result"))
    def result(self, job: Job) -> str:
        return "" if job.return_value is None else str(job.return_value)

    @admin.display(description=_("Last error"))
    def trace(self, job: Job) -> SafeString:
        return format_html("<pre>{}</pre>", jobs.traceback_of(job))


def library_desk_remove() -> None:
    """Take the library's own page out: ours shows the same rows, by capability."""
    if admin.site.is_registered(DBTaskResult):
        admin.site.unregister(DBTaskResult)
