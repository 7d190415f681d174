"""From imported files under a jurisdiction's pack to a published roster and one planned again after it."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from api.context import Context
from api.errors import Conflict
from api.services.importing import import_files
from api.services.rosters.judging import find_roster, judged
from api.services.rosters.planning import copy_roster, create_roster
from api.services.rosters.publishing import publish
from roster.policy import load_policy
from roster.result import Status
from roster.shifts import ShiftType
from roster.store.engine import reading, writing
from tests.planning_centre import MONDAY, place, stored
from tests.solved import solve_and_store

FILES = {
    "teams": "team,zone\nNorth,Europe/London\n",
    "contracts": "contract,min_week_hours,max_week_hours,max_consecutive_days,max_weekends\nfull,0,40,5,2\n",
    "queues": "queue,name\nadvice,Advice\n",
    "shifts": "shift,name,start,end,meal_minutes,not_followed_by\n"
    "early,Early,07:00,15:00,30,\nlate,Late,14:00,22:00,30,early\n",
    "people": "agent,name,team,contract,peer,roles\n"
    "A1,Ann,North,full,yes,shift_lead\nA2,Bo,North,full,,shift_lead\nA3,Cy,North,full,,\nA4,Di,North,full,,\n",
    "skills": "agent,queue\nA1,advice\nA2,advice\nA3,advice\nA4,advice\n",
    "requirements": "queue,date,start,end,required\n"
    + "".join(f"advice,{MONDAY + timedelta(days=day)},07:00,22:00,1\n" for day in range(7)),
    "availability": f"agent,kind,from,to\nA3,day_off,{MONDAY},{MONDAY + timedelta(days=1)}\n",
    "shift_limits": "agent,shift,least,most\nA4,late,0,4\n",
    "pairs": "first,second,pair\nA3,A4,apart\n",
    "shift_requirements": f"team,shift,date,required\nNorth,early,{MONDAY},2\n",
    "role_requirements": "team,role,weekday,start,end,required\nNorth,shift_lead,mon,07:00,15:00,1\n",
}


@pytest.fixture
def centre(context: Context, tmp_path: Path) -> Context:
    """The centre of `FILES` under the pack of the United Kingdom."""
    site = tmp_path / "site.toml"
    site.write_text('packs = ["uk"]\n', encoding="utf-8")
    made = replace(context, policy=load_policy(site))
    paths = []
    for name, text in FILES.items():
        path = tmp_path / f"{name}.csv"
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    import_files(made, paths, actor="lea")
    return made


def costs(context: Context, roster_id: int) -> dict[str, int]:
    with reading(context.engine) as session:
        verdict = judged(session, context.policy, find_roster(session, roster_id), now=context.now()).verdict
    assert verdict.violations == ()
    return verdict.costs


def days_after(count: int) -> date:
    return MONDAY + timedelta(days=count)


def test_what_was_agreed_is_in_the_roster(centre: Context) -> None:
    roster = create_roster(centre, team="North", starts_on=MONDAY, days=7, actor="lea")
    solve_and_store(centre, roster, deterministic_limit=2.0)
    found = stored(centre, roster)
    told = costs(centre, roster)
    assert (told["cover_by_shift"], told["role_cover"]) == (0, 0)
    on_monday = {agent for agent, on_date, shift in found if (on_date, shift) == (MONDAY, "early")}
    assert len(on_monday) == 2 and on_monday & {"A1", "A2"}
    shifts = {(agent, on_date): shift for agent, on_date, shift in found}
    assert not {("A3", MONDAY), ("A3", days_after(1))} & shifts.keys()
    assert Counter(shift for (agent, _), shift in shifts.items() if agent == "A4")["late"] <= 1
    for (agent, on_date), shift in shifts.items():
        assert (shift, shifts.get((agent, on_date + timedelta(days=1)))) != ("late", "early")
    # Early and late overlap for an hour, so the two who are kept apart never share a day.
    days = {agent: {on_date for one, on_date in shifts if one == agent} for agent in ("A3", "A4")}
    assert days["A3"] | days["A4"] and not days["A3"] & days["A4"]


def test_meals_that_a_file_leaves_out_are_those_of_the_packs(context: Context, tmp_path: Path) -> None:
    site, shifts = tmp_path / "site.toml", tmp_path / "shifts.csv"
    lines = ("five,Five,08:00,13:00", "six,Six,08:00,14:00", "ten,Ten,08:00,18:00", "twelve,Twelve,08:00,20:00")
    shifts.write_text("shift,name,start,end\n" + "\n".join(lines) + "\n", encoding="utf-8")
    expected = {"uk": [0, 0, 30, 30], "california": [0, 30, 30, 60], "illinois": [0, 0, 30, 60]}
    for pack, minutes in expected.items():
        site.write_text(f'packs = ["{pack}"]\n', encoding="utf-8")
        import_files(replace(context, policy=load_policy(site)), [shifts], actor="lea")
        with writing(context.engine) as session:
            found = session.exec(select(ShiftType).order_by(col(ShiftType.minutes))).all()
            assert [shift.meal_minutes for shift in found] == minutes, pack
            for shift in found:
                session.delete(shift)


def test_the_pack_keeps_a_roster_that_breaks_the_law_from_being_published(centre: Context) -> None:
    roster = create_roster(centre, team="North", starts_on=MONDAY, days=7, actor="lea")
    place(centre, roster, "A1", MONDAY, "late")
    place(centre, roster, "A1", days_after(1), "early")
    with pytest.raises(Conflict, match="breaks rules"):
        publish(centre, roster, actor="lea")


def test_a_roster_planned_again_after_publication_stays_near_what_people_were_told(centre: Context) -> None:
    first = create_roster(centre, team="North", starts_on=MONDAY, days=7, actor="lea")
    # The best there is: what differs from it saves nothing, and costs stability.
    assert solve_and_store(centre, first, deterministic_limit=4.0).status is Status.OPTIMAL
    publish(centre, first, actor="lea")
    told = stored(centre, first)
    assert costs(centre, first)["stability"] == 0
    copied = copy_roster(centre, first, actor="lea")
    assert costs(centre, copied)["stability"] == 0
    again = create_roster(centre, team="North", starts_on=MONDAY, days=7, actor="lea")
    assert solve_and_store(centre, again, deterministic_limit=4.0).status is Status.OPTIMAL
    assert stored(centre, again) == told
    # A shift taken by hand is one change, at short notice from the clock's Tuesday six days before.
    agent, on_date, _ = told[0]
    moved = create_roster(centre, team="North", starts_on=MONDAY, days=7, actor="lea")
    for line in told[1:]:
        place(centre, moved, *line)
    found = costs(centre, moved)
    rules = centre.policy.rules
    assert (found["stability"], found["notice"]) == (rules.stability.weight, rules.notice.weight), (agent, on_date)
