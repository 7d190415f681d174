"""Importing what is agreed about people, and whom shifts and roles ask for: stored, changed, taken back, refused."""

from datetime import date

import pytest
from sqlmodel import select

from api.context import Context
from api.services.importing import ImportReport, import_files
from roster.agreed import AgentPair, AgentRole, AgentShiftLimit, DayOff, PairKind
from roster.exchange import ExchangeError
from roster.people import Agent, Contract, TimeOff
from roster.shifts import ForbiddenSuccession, RoleRequirement, ShiftRequirement, ShiftType
from roster.store.engine import reading

CENTRE = {
    "teams": "team,zone\nNorth,Europe/Amsterdam\n",
    "contracts": "contract,min_week_hours,max_week_hours,max_consecutive_days\nfull,32,40,4\n",
    "shifts": "shift,name,start,end,not_followed_by\nearly,Early,07:00,15:30,\nlate,Late,14:00,22:30,early\n"
    "night,Night,22:30,07:00,early|late\n",
    "people": "agent,name,team,contract,peer,roles\nA1,Ann,North,full,yes,shift_lead|trainer\nA2,Bo,North,full,,\n",
}


def imported(context: Context, files: dict[str, str]) -> ImportReport:
    paths = []
    for name, text in files.items():
        path = context.settings.data_dir / f"{name}.csv"
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    return import_files(context, paths, actor="lead")


def fault(context: Context, files: dict[str, str]) -> str:
    with pytest.raises(ExchangeError) as caught:
        imported(context, files)
    (only,) = caught.value.faults
    return str(only)


def roles(context: Context) -> set[tuple[str, str]]:
    with reading(context.engine) as session:
        return set(session.exec(select(Agent.code, AgentRole.role).join(AgentRole)).all())


def successions(context: Context) -> set[tuple[str, str]]:
    with reading(context.engine) as session:
        codes = {shift.id: shift.code for shift in session.exec(select(ShiftType)).all()}
        lines = session.exec(select(ForbiddenSuccession)).all()
        return {(codes[line.shift_type_id], codes[line.next_id]) for line in lines}


def test_roles_are_replaced_where_the_cell_says_something(context: Context) -> None:
    imported(context, CENTRE)
    assert roles(context) == {("A1", "shift_lead"), ("A1", "trainer")}
    report = imported(
        context, {"people": "agent,name,team,contract,roles\nA1,Ann,North,full,\nA2,Bo,North,full,trainer\n"}
    )
    assert (report.count("people").updated, report.count("people").unchanged) == (1, 1)
    assert roles(context) == {("A1", "shift_lead"), ("A1", "trainer"), ("A2", "trainer")}
    imported(context, {"people": "agent,name,team,contract,roles\nA1,Ann,North,full,none\n"})
    assert roles(context) == {("A2", "trainer")}


def test_forbidden_successions_are_replaced_where_the_cell_says_something(context: Context) -> None:
    imported(context, CENTRE)
    assert successions(context) == {("late", "early"), ("night", "early"), ("night", "late")}
    report = imported(
        context, {"shifts": "shift,name,start,end,not_followed_by\nnight,Night,22:30,07:00,early|night\n"}
    )
    assert report.count("shifts").updated == 1
    imported(context, {"shifts": "shift,name,start,end,not_followed_by\nlate,Late,14:00,22:30,none\n"})
    assert successions(context) == {("night", "early"), ("night", "night")}


def test_contracts_shape_rows_and_what_a_file_leaves_out_stays(context: Context) -> None:
    header = "contract,min_week_hours,max_week_hours,min_consecutive_days,min_days_off,max_weekends\n"
    imported(context, CENTRE | {"contracts": header + "full,32,40,2,2,1\n"})
    imported(context, {"contracts": "contract,min_week_hours,max_week_hours\nfull,32,36\n"})
    with reading(context.engine) as session:
        contract = session.exec(select(Contract)).one()
    assert (contract.min_consecutive_days, contract.min_days_off, contract.max_weekends) == (2, 2, 1)


def test_least_days_in_a_row_are_held_against_the_most_that_is_stored(context: Context) -> None:
    imported(context, CENTRE)
    told = fault(context, {"contracts": "contract,min_week_hours,max_week_hours,min_consecutive_days\nfull,32,40,5\n"})
    assert "min_consecutive_days: value '5': expected at most max_consecutive_days, which is 4" in told
    imported(context, {"contracts": "contract,min_week_hours,max_week_hours,min_consecutive_days\nfull,32,40,4\n"})
    told = fault(context, {"contracts": "contract,min_week_hours,max_week_hours,max_consecutive_days\nfull,32,40,3\n"})
    assert "max_consecutive_days: value '3': expected at least min_consecutive_days, which is 4" in told


def test_days_off_are_no_leave(context: Context) -> None:
    imported(context, CENTRE)
    lines = "agent,kind,from,to\nA1,day_off,2026-12-05,2026-12-06\nA1,time_off,2026-12-05,2026-12-05\n"
    assert imported(context, {"availability": lines}).count("availability").added == 2
    longer = imported(context, {"availability": lines.replace("2026-12-06", "2026-12-07")}).count("availability")
    assert (longer.updated, longer.unchanged) == (1, 1)
    with reading(context.engine) as session:
        off, leave = session.exec(select(DayOff)).one(), session.exec(select(TimeOff)).one()
    assert (off.starts_on, off.ends_on) == (date(2026, 12, 5), date(2026, 12, 7))
    assert leave.ends_on == date(2026, 12, 5)


def test_limits_of_shifts(context: Context) -> None:
    imported(context, CENTRE)
    assert imported(context, {"limits": "agent,shift,least,most\nA1,night,1,4\n"}).count("shift_limits").added == 1
    imported(context, {"limits": "agent,shift,least,most\nA1,night,0,3\n"})
    with reading(context.engine) as session:
        limit = session.exec(select(AgentShiftLimit)).one()
    assert (limit.least, limit.most) == (0, 3)
    told = fault(context, {"limits": "agent,shift,least,most\nA1,night,5,3\n"})
    assert "most: value '3': expected at least least, which is 5" in told


def test_pairs_are_changed_and_taken_back(context: Context) -> None:
    imported(context, CENTRE)
    imported(context, {"pairs": "first,second,pair\nA1,A2,together\n"})
    imported(context, {"pairs": "first,second,pair\nA1,A2,apart\n"})
    with reading(context.engine) as session:
        assert session.exec(select(AgentPair.kind)).all() == [PairKind.APART]
    assert imported(context, {"pairs": "first,second,pair\nA1,A2,none\n"}).count("pairs").removed == 1
    with reading(context.engine) as session:
        assert session.exec(select(AgentPair)).all() == []


def test_two_people_are_not_kept_together_and_apart(context: Context) -> None:
    imported(context, CENTRE | {"pairs": "first,second,pair\nA1,A2,together\n"})
    told = fault(context, {"pairs": "first,second,pair\nA2,A1,apart\n"})
    assert "pair: value 'apart': expected together or none: A1 and A2 are to be together by another line" in told
    imported(context, {"pairs": "first,second,pair\nA2,A1,apart\nA1,A2,none\n"})


def test_people_asked_for_by_shift_and_role(context: Context) -> None:
    imported(context, CENTRE)
    shifts = "team,shift,date,required\nNorth,early,2026-12-01,2\n,early,2026-12-01,3\n"
    header = "team,role,weekday,start,end,required\n"
    lines = header + "North,shift_lead,mon,08:00,16:00,1\n,,,22:00,30:00,2\n,peer,,09:00,17:00,1\n"
    imported(context, {"shift_requirements": shifts, "role_requirements": lines})
    report = imported(context, {"shift_requirements": shifts.replace(",3", ",4"), "role_requirements": lines})
    assert (report.count("shift_requirements").updated, report.count("role_requirements").unchanged) == (1, 3)
    with reading(context.engine) as session:
        assert sorted(session.exec(select(ShiftRequirement.required)).all()) == [2, 4]
        night = session.exec(select(RoleRequirement).where(RoleRequirement.start_minute == 1320)).one()
    assert (night.team_id, night.role, night.weekday, night.end_minute, night.required) == (None, None, None, 1800, 2)


@pytest.mark.parametrize(
    ("files", "told"),
    [
        (
            {"role_requirements": "role,start,end,required\nshift_laed,08:00,16:00,1\n"},
            "role: value 'shift_laed': expected one of the roles that somebody has: 'peer', 'shift_lead', 'trainer'"
            " (did you mean 'shift_lead'?)",
        ),
        (
            {"role_requirements": "role,start,end,required\npeer,22:00,06:00,1\n"},
            "(past midnight, write 06:00 as 30:00)",
        ),
        (
            {"people": "agent,name,team,contract,roles\nA1,Ann,North,full,peer\n"},
            "roles: value 'peer': expected roles other than peer, for which there is the column peer",
        ),
        ({"people": "agent,name,team,contract,roles\nA1,Ann,North,full,a|a\n"}, "'a' is there twice"),
        (
            {"shifts": "shift,name,start,end,not_followed_by\nlate,Late,14:00,22:30,early|nigth\n"},
            "not_followed_by: value 'nigth': expected one of the shifts: 'early', 'late', 'night'"
            " (did you mean 'night'?)",
        ),
        ({"pairs": "first,second,pair\nA1,A1,apart\n"}, "second: value 'A1': expected somebody other than first"),
        ({"pairs": "first,second,pair\nA1,A9,apart\n"}, "second: value 'A9': expected one of the agents: 'A1', 'A2'"),
    ],
)
def test_bad_cells_say_what_was_expected(context: Context, files: dict[str, str], told: str) -> None:
    imported(context, CENTRE)
    assert told in fault(context, files)
