"""What is known of somebody who applies: deaths, enrolments, notices, objections; and the schemes there are."""

from collections.abc import Mapping
from datetime import date

from django.db.models import Q

from payouts.benefit_facts import schemes_in_use
from payouts.facts import deaths_of, rows_of
from payouts.models import Application, Declaration, Objection, Person, PublicNotice
from payouts.models.words import ApplicationStatus, Level, ObjectionOutcome
from payouts.rules.schemes import Scheme

# The level that decides on an application in a state, and the state that its pass leads to.
DUE = {
    ApplicationStatus.REGISTERED: Level.VILLAGE,
    ApplicationStatus.VILLAGE_PASSED: Level.TOWNSHIP,
    ApplicationStatus.TOWNSHIP_PASSED: Level.DISTRICT,
    ApplicationStatus.DISTRICT_PASSED: Level.CERTIFICATION,
}
PASSED = {
    Level.VILLAGE: ApplicationStatus.VILLAGE_PASSED,
    Level.TOWNSHIP: ApplicationStatus.TOWNSHIP_PASSED,
    Level.DISTRICT: ApplicationStatus.DISTRICT_PASSED,
    Level.CERTIFICATION: ApplicationStatus.CERTIFIED,
}
# Whose notice stands before the decision of a level.
NOTICE_BEFORE = {DUE[state]: level for level, state in PASSED.items() if state in DUE}


def schemes_on(*, on: date) -> Mapping[str, Scheme]:
    """Return the schemes that the bureau pays, as they stand in the month of a day.

    :raises NoValue: if no schemes are in use then
    """
    return schemes_in_use(month=on.replace(day=1))


def level_due(application: Application) -> Level | None:
    """Return the level that decides on an application now, None once it is certified or refused."""
    return DUE.get(ApplicationStatus(application.status))


def taken_down_on(application: Application, level: Level) -> date | None:
    """Return the day on which the notices of a level have all run out, None if there is none."""
    ends = PublicNotice.objects.filter(application=application, level=level).values_list("ends_on", flat=True)
    return max(ends, default=None)


def blocking_objection(application: Application) -> Objection | None:
    """Return an objection to an application that is open or upheld, if there is one."""
    standing = Q(decision=None) | Q(decision__outcome=ObjectionOutcome.UPHELD)
    return Objection.objects.filter(standing, notice__application=application).order_by("pk").first()


def died_on(person: Person) -> date | None:
    """Return the date of death by the latest list of deaths, or by what is known of the person's enrolments."""
    latest = Declaration.objects.filter(kind="DEATHS", replaced_by=None).order_by("-month").first()
    listed = deaths_of(latest.pk).get(person.id_number) if latest else None
    ((known,),) = rows_of(
        """SELECT min(f.died_on) FROM payouts_enrolment e
             JOIN LATERAL (SELECT x.died_on FROM payouts_enrolmentfact x WHERE x.enrolment_id = e.id
                            ORDER BY x.version DESC LIMIT 1) f ON true
            WHERE e.person_id = %s""",
        person.pk,
    )
    return listed or known


def schemes_held(person: Person, *, since: date, until: date | None) -> set[str]:
    """Return the schemes in which a person is enrolled on some day of a time; ``until`` is its last day."""
    return {
        scheme
        for (scheme,) in rows_of(
            """SELECT e.scheme FROM payouts_enrolment e
                 JOIN LATERAL (SELECT x.starts_on, x.ended_on FROM payouts_enrolmentfact x WHERE x.enrolment_id = e.id
                                ORDER BY x.version DESC LIMIT 1) f ON true
                WHERE e.person_id = %s AND daterange(f.starts_on, f.ended_on, '[]') && daterange(%s, %s, '[]')""",
            person.pk,
            since,
            until,
        )
    }
