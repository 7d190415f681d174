"""The event loop, compiled: what happens next in the centre, until nothing does or a router has to be asked.

All of it is in one file, for a compiled function that is kept does not notice when another file changes.
"""

import numpy as np

from optimizer.compiled import compiled
from optimizer.routing import columns as column
from optimizer.routing.columns import CLOSED, RESTING
from optimizer.simulation.state import NOBODY, At, Centre, Count, Floats, Ints, Sum

# numba reads names of a module as constants, attributes of a class not.
ARRIVAL, BEGIN, END, EVENTS, ORDER = At.ARRIVAL, At.BEGIN, At.END, At.EVENTS, At.ORDER
FIRST, LAST, WAITING, FREE, TURN = At.FIRST_WAITING, At.LAST_WAITING, At.WAITING, At.FREE, At.TURN
CHOSEN, ASKED, OWING = At.LAST_CHOSEN, At.ASKED, At.OWING
NEXT_5, NEXT_10, HEAVY_OVER, BACK_TO_BACK = (
    Count.NEXT_WITHIN_5,
    Count.NEXT_WITHIN_10,
    Count.HEAVY_OVER,
    Count.BACK_TO_BACK,
)
INSIDE_DUE, INSIDE_DUE_OWED, TIMES_ASKED, HAPPENED = (
    Count.INSIDE_DUE,
    Count.INSIDE_DUE_OWED,
    Count.ASKED,
    Count.EVENTS,
)
BUSY, OVERTIME, REST_GIVEN, OWED, REPAID, UNPAID, MAX_CARRIED = (
    Sum.BUSY,
    Sum.OVERTIME,
    Sum.REST_GIVEN,
    Sum.OWED,
    Sum.REPAID,
    Sum.UNPAID,
    Sum.MAX_CARRIED,
)

FINISH, REST_END, GIVE_UP = 0, 1, 2
NOW, AGAIN = 0, 1
HEAVY, SEVERE = 2, 3
"""Tiers, by their places in `Tier`."""
DAYS_OF_WEEK = 7
VOICE = 0
AFTER_SESSION, REST, BREAK = 0, 1, 2
"""An agent's closed spans: the time after this session, the rest that is on or was last, today's last break."""

# Policies.
LONGEST_IDLE, ROUND_ROBIN, RANDOM, FEWEST_CONTACTS, LEAST_OCCUPIED, FEWEST_HEAVY, ASK = 0, 1, 2, 3, 4, 5, 6
DONE, QUESTION = 0, 1


@compiled
def advance(centre: Centre, policy: int) -> int:
    """Move on until nothing is left to happen (`DONE`) or, under `ASK`, somebody must decide (`QUESTION`).

    After a question the answer is given by `take`; then this goes on from the same instant.
    """
    clock, at = centre.clock, centre.at
    while True:
        if at[ASKED]:
            at[ASKED] = 0
            _look_again(centre)
        else:
            instant = _next_instant(centre)
            if instant == np.inf:
                _close(centre)
                return DONE
            clock[NOW] = instant
            if clock[AGAIN] <= instant:
                clock[AGAIN] = np.inf
            _happen(centre, instant)
            if at[WAITING] > 0 and at[FREE] > 0:
                if policy != ASK:
                    _dispatch(centre, policy)
                elif _anybody(centre):
                    at[ASKED] = 1
                    centre.counts[TIMES_ASKED] += 1
                    return QUESTION
                else:
                    clock[AGAIN] = np.inf
        if at[OWING] > 0 and at[WAITING] == 0:
            _repay(centre)


@compiled
def answer(centre: Centre, contacts: Ints, agents: Ints, owed: Floats, given: int, found: Ints) -> int:
    """Carry out an answer and move on to the next question.

    Of the first `given` places of `contacts`, `agents` and `owed` each is one thing to `take`; 0 to begin with. The
    contacts that wait are written into `found`, longest wait first, as many as fit.

    Returns
    -------
    How many there are, 0 = nothing is left to happen.
    """
    for each in range(given):
        take(centre, contacts[each], agents[each], owed[each])
    if advance(centre, ASK) == DONE:
        return 0
    contact, count = centre.at[FIRST], 0
    while contact >= 0 and count < len(found):
        found[count] = contact
        count += 1
        contact = centre.contacts.after[contact]
    return count


@compiled
def _next_instant(centre: Centre) -> float:
    at, sessions = centre.at, centre.sessions
    instant = centre.clock[AGAIN] if at[WAITING] > 0 else np.inf
    if at[EVENTS] > 0:
        instant = min(instant, centre.events.at[0])
    if at[ARRIVAL] < len(centre.contacts.arrives):
        instant = min(instant, centre.contacts.arrives[at[ARRIVAL]])
    if at[BEGIN] < len(sessions.begins):
        instant = min(instant, sessions.begins[at[BEGIN]])
    if at[END] < len(sessions.ends):
        instant = min(instant, sessions.ends[sessions.by_end[at[END]]])
    return instant


@compiled
def _happen(centre: Centre, instant: float) -> None:
    """Everything of this instant, before anybody decides: people leave, finish and come, callers give up and come."""
    at, sessions, contacts, events = centre.at, centre.sessions, centre.contacts, centre.events
    while at[END] < len(sessions.ends) and sessions.ends[sessions.by_end[at[END]]] <= instant:
        _end_session(centre, sessions.by_end[at[END]])
        at[END] += 1
    while at[EVENTS] > 0 and events.at[0] <= instant:
        kind, subject = events.kind[0], events.subject[0]
        _pop(centre)
        centre.counts[HAPPENED] += 1
        if kind == FINISH:
            _finish(centre, subject)
        elif kind == REST_END:
            _now_free(centre, subject)
        elif np.isnan(contacts.began[subject]):
            _unlink(centre, subject)
            contacts.left[subject] = instant
    while at[BEGIN] < len(sessions.begins) and sessions.begins[at[BEGIN]] <= instant:
        _begin_session(centre, at[BEGIN])
        at[BEGIN] += 1
    while at[ARRIVAL] < len(contacts.arrives) and contacts.arrives[at[ARRIVAL]] <= instant:
        _link(centre, at[ARRIVAL])
        if contacts.patience[at[ARRIVAL]] < np.inf:
            _push(centre, instant + contacts.patience[at[ARRIVAL]], GIVE_UP, at[ARRIVAL])
        at[ARRIVAL] += 1
        centre.counts[HAPPENED] += 1


@compiled
def take(centre: Centre, contact: int, agent: int, owed_seconds: float) -> None:
    """`agent` begins `contact` now; a protection that gave way for it leaves `owed_seconds` of rest."""
    floor = centre.floor
    contacts, people, settings = centre.contacts, centre.people, centre.settings
    now = centre.clock[NOW]
    _unlink(centre, contact)
    contacts.agent[contact] = agent
    contacts.began[contact] = now
    seconds = contacts.handle[contact] * people.pace[agent]
    if settings.slowing > 0.0:
        _settle(centre, agent, now)
        seconds *= 1.0 + settings.slowing * floor.numbers[column.ACUTE, agent] / settings.acute_budget
    seconds = np.rint(seconds * 64.0) / 64.0
    _push(centre, now + seconds, FINISH, agent)
    heavy = contacts.tier[contact] >= HEAVY
    people.contact[agent] = contact
    people.free[agent] = False
    centre.at[FREE] -= 1
    centre.at[TURN] += 1
    centre.at[CHOSEN] = agent
    people.turn[agent] = centre.at[TURN]
    people.contacts_today[agent] += 1
    people.busy_today[agent] += seconds
    floor.counts[column.HELD, agent] = 1
    floor.counts[column.HELD_CHANNEL, agent] = VOICE
    floor.numbers[column.HELD_POINTS, agent] = contacts.score[contact]
    floor.numbers[column.RELEASE_RATE, agent] = 1.0 / max(contacts.expected[contact], 1.0)
    day = centre.sessions.day[people.session[agent]]
    centre.days.contacts[agent, day] += 1
    centre.seconds[BUSY] += seconds
    if not np.isnan(people.last_ended[agent]):
        gap = now - people.last_ended[agent]
        if people.last_heavy[agent]:
            centre.counts[NEXT_5] += gap < 300.0
            centre.counts[NEXT_10] += gap < 600.0
            centre.counts[BACK_TO_BACK] += heavy
        if gap < people.last_due[agent]:
            centre.counts[INSIDE_DUE_OWED if people.last_owed[agent] else INSIDE_DUE] += 1
    if heavy:
        centre.days.heavy[agent, day] += 1
        floor.numbers[column.HEAVY_SHIFT, agent] += 1.0
        floor.numbers[column.HEAVY_WEEK, agent] += 1.0
        floor.flags[column.HOLDS_HEAVY, agent] = True
        if contacts.tier[contact] == SEVERE:
            floor.flags[column.SEVERE, agent] = True
    if owed_seconds > 0.0:
        _owe(centre, agent, owed_seconds)


@compiled
def _finish(centre: Centre, agent: int) -> None:
    floor = centre.floor
    contacts, people, settings = centre.contacts, centre.people, centre.settings
    now = centre.clock[NOW]
    contact = people.contact[agent]
    contacts.left[contact] = now
    people.contact[agent] = NOBODY
    floor.counts[column.HELD, agent] = 0
    floor.counts[column.HELD_CHANNEL, agent] = -1
    floor.numbers[column.HELD_POINTS, agent] = 0.0
    floor.numbers[column.RELEASE_RATE, agent] = 0.0
    floor.flags[column.HOLDS_HEAVY, agent] = False
    floor.flags[column.SEVERE, agent] = contacts.tier[contact] == SEVERE
    floor.numbers[column.IDLE_SINCE, agent] = now
    people.last_ended[agent] = now
    people.last_heavy[agent] = contacts.tier[contact] >= HEAVY
    people.last_due[agent] = contacts.rest_due[contact]
    people.last_owed[agent] = False
    centre.counts[HEAVY_OVER] += contacts.tier[contact] >= HEAVY
    centre.seconds[OVERTIME] += max(
        0.0, now - max(contacts.began[contact], centre.sessions.ends[people.session[agent]])
    )
    _settle(centre, agent, now)
    points = max(0.0, contacts.score[contact] - settings.free_points)
    floor.numbers[column.ACUTE, agent] += points
    floor.numbers[column.CARRIED, agent] += points
    day = centre.sessions.day[people.session[agent]]
    centre.days.peak_acute[agent, day] = max(centre.days.peak_acute[agent, day], floor.numbers[column.ACUTE, agent])
    centre.seconds[MAX_CARRIED] = max(centre.seconds[MAX_CARRIED], floor.numbers[column.CARRIED, agent])
    if settings.rests and contacts.rest_due[contact] > 0.0:
        left = contacts.rest_due[contact] - _rest(centre, agent, contacts.rest_due[contact], settings.light_only)
        if left > 0.0:
            people.last_owed[agent] = True
            _owe(centre, agent, left)
    _now_free(centre, agent)


@compiled
def _rest(centre: Centre, agent: int, due: float, light_only: float) -> float:
    """Rest from now on in what is left of today's sessions, around breaks between them; the seconds that fitted."""
    floor = centre.floor
    people, sessions = centre.people, centre.sessions
    now = centre.clock[NOW]
    left, until, session = due, now, people.session[agent]
    while left > 0.0 and session >= 0:
        begin = max(now, sessions.begins[session])
        if sessions.ends[session] > begin:
            until = min(begin + left, sessions.ends[session])
            left -= until - begin
        session = sessions.next[session]
    if light_only > 0.0:
        floor.numbers[column.LIGHT_UNTIL, agent] = max(floor.numbers[column.LIGHT_UNTIL, agent], until + light_only)
    if until > now:
        _settle(centre, agent, now)
        floor.closed_from[agent, REST] = now
        floor.closed_to[agent, REST] = until
        people.rest_until[agent] = until
        floor.numbers[column.IDLE_SINCE, agent] = until
        _push(centre, until, REST_END, agent)
        centre.seconds[REST_GIVEN] += due - left
    return due - left


@compiled
def _owe(centre: Centre, agent: int, seconds: float) -> None:
    centre.at[OWING] += centre.people.owed[agent] == 0.0
    centre.people.owed[agent] += seconds
    centre.seconds[OWED] += seconds


@compiled
def _repay(centre: Centre) -> None:
    """What is owed is given while it is quiet: nothing waits, and somebody else is free for each of their queues."""
    people = centre.people
    for agent in range(len(people.free)):
        if people.owed[agent] > 0.0 and people.free[agent] and _covered(centre, agent):
            given = _rest(centre, agent, people.owed[agent], 0.0)
            if given > 0.0:
                people.free[agent] = False
                centre.at[FREE] -= 1
                people.owed[agent] -= given
                centre.seconds[REPAID] += given
                centre.at[OWING] -= people.owed[agent] == 0.0


@compiled
def _covered(centre: Centre, agent: int) -> bool:
    people = centre.people
    for queue in range(centre.floor.skills.shape[1]):
        if centre.floor.skills[agent, queue] == 0:
            continue
        found = False
        for other in range(len(people.free)):
            if other != agent and people.free[other] and centre.floor.skills[other, queue] > 0:
                found = True
                break
        if not found:
            return False
    return True


@compiled
def _now_free(centre: Centre, agent: int) -> None:
    people = centre.people
    if (
        not people.free[agent]
        and people.on_duty[agent]
        and people.contact[agent] == NOBODY
        and people.rest_until[agent] <= centre.clock[NOW]
    ):
        people.free[agent] = True
        centre.at[FREE] += 1


@compiled
def _begin_session(centre: Centre, session: int) -> None:
    floor = centre.floor
    people, sessions = centre.people, centre.sessions
    now = centre.clock[NOW]
    agent, day = sessions.agent[session], sessions.day[session]
    former = people.session[agent]
    _settle(centre, agent, now)
    if former < 0 or sessions.day[former] != day:
        _forget_owed(centre, agent)
        people.contacts_today[agent] = 0
        people.busy_today[agent] = 0.0
        people.duty_today[agent] = 0.0
        people.last_ended[agent] = np.nan
        people.last_heavy[agent] = False
        people.last_due[agent] = 0.0
        floor.numbers[column.HEAVY_SHIFT, agent] = 0.0
        busy = people.contact[agent]
        floor.flags[column.SEVERE, agent] = busy >= 0 and centre.contacts.tier[busy] == SEVERE
        floor.closed_from[agent, BREAK] = floor.closed_to[agent, BREAK] = np.inf
        floor.numbers[column.HEAVY_WEEK, agent] = 0.0
        for earlier in range(day + 1):
            if centre.day_number[earlier] > centre.day_number[day] - DAYS_OF_WEEK:
                floor.numbers[column.HEAVY_WEEK, agent] += centre.days.heavy[agent, earlier]
    else:
        people.duty_today[agent] += sessions.ends[former] - sessions.begins[former]
        floor.closed_from[agent, BREAK] = sessions.ends[former]
        floor.closed_to[agent, BREAK] = now
    centre.days.duty[agent, day] = True
    people.session[agent] = session
    people.on_duty[agent] = True
    floor.flags[column.AVAILABLE, agent] = True
    floor.numbers[column.IDLE_SINCE, agent] = max(now, people.rest_until[agent])
    floor.numbers[column.SHIFT_FROM, agent] = sessions.day_begins[session]
    floor.numbers[column.SHIFT_TO, agent] = sessions.day_ends[session]
    for queue in range(floor.skills.shape[1]):
        floor.skills[agent, queue] = 2 if centre.session_skills[session, queue] else 0
    following = sessions.next[session]
    floor.closed_from[agent, AFTER_SESSION] = sessions.ends[session]
    floor.closed_to[agent, AFTER_SESSION] = sessions.begins[following] if following >= 0 else np.inf
    floor.closed_kind[agent, AFTER_SESSION] = RESTING if following >= 0 else CLOSED
    _now_free(centre, agent)


@compiled
def _end_session(centre: Centre, session: int) -> None:
    floor = centre.floor
    people = centre.people
    agent = centre.sessions.agent[session]
    people.on_duty[agent] = False
    floor.flags[column.AVAILABLE, agent] = False
    if people.free[agent]:
        people.free[agent] = False
        centre.at[FREE] -= 1


@compiled
def _forget_owed(centre: Centre, agent: int) -> None:
    centre.at[OWING] -= centre.people.owed[agent] > 0.0
    centre.seconds[UNPAID] += centre.people.owed[agent]
    centre.people.owed[agent] = 0.0


@compiled
def _settle(centre: Centre, agent: int, now: float) -> None:
    """Both pools faded to `now`, as `roster.load.pools.decayed` has it."""
    floor = centre.floor
    settings = centre.settings
    since = floor.numbers[column.LOAD_AT, agent]
    elapsed = now - since
    if elapsed <= 0.0:
        return
    resting = 0.0
    for span in range(floor.closed_from.shape[1]):
        if floor.closed_kind[agent, span] == RESTING:
            overlap = min(floor.closed_to[agent, span], now) - max(floor.closed_from[agent, span], since)
            resting += max(0.0, overlap)
    resting = min(resting, elapsed)
    if floor.numbers[column.ACUTE, agent] > 0.0:
        halvings = (elapsed - resting) / settings.acute_half_life + resting / settings.acute_half_life_resting
        floor.numbers[column.ACUTE, agent] *= 2.0**-halvings
    if floor.numbers[column.CARRIED, agent] > 0.0:
        floor.numbers[column.CARRIED, agent] *= 2.0 ** -(elapsed / settings.carried_half_life)
    floor.numbers[column.LOAD_AT, agent] = now


@compiled
def _close(centre: Centre) -> None:
    """Nothing is left to happen: who still waits leaves, and debts that nobody repaid are counted."""
    contacts = centre.contacts
    while centre.at[FIRST] >= 0:
        contact = centre.at[FIRST]
        _unlink(centre, contact)
        contacts.left[contact] = centre.clock[NOW]
    for agent in range(len(centre.people.owed)):
        _forget_owed(centre, agent)


@compiled
def _anybody(centre: Centre) -> bool:
    """Whether somebody free has the skill for something that waits."""
    people, contacts = centre.people, centre.contacts
    contact = centre.at[FIRST]
    while contact >= 0:
        for agent in range(len(people.free)):
            if people.free[agent] and centre.floor.skills[agent, contacts.queue[contact]] > 0:
                return True
        contact = contacts.after[contact]
    return False


@compiled
def _look_again(centre: Centre) -> None:
    """The next instant at which time alone may change an answer that left something waiting."""
    floor = centre.floor
    people, contacts, settings = centre.people, centre.contacts, centre.settings
    now = centre.clock[NOW]
    again = np.inf
    if centre.at[WAITING] > 0 and centre.at[FREE] > 0 and _anybody(centre):
        again = now + settings.look_again
        for agent in range(len(people.free)):
            if people.free[agent] and floor.numbers[column.LIGHT_UNTIL, agent] > now:
                again = min(again, floor.numbers[column.LIGHT_UNTIL, agent])
        contact = centre.at[FIRST]
        while contact >= 0:
            late = contacts.arrives[contact] + settings.max_wait
            if late > now:
                again = min(again, late)
            contact = contacts.after[contact]
    centre.clock[AGAIN] = again


@compiled
def _dispatch(centre: Centre, policy: int) -> None:
    """Who waits longest goes first, to whom `policy` chooses among free people with the skill."""
    contact = centre.at[FIRST]
    while contact >= 0 and centre.at[FREE] > 0:
        following = centre.contacts.after[contact]
        agent = _choose(centre, contact, policy)
        if agent >= 0:
            take(centre, contact, agent, 0.0)
        contact = following


@compiled
def _choose(centre: Centre, contact: int, policy: int) -> int:
    floor = centre.floor
    people = centre.people
    queue = centre.contacts.queue[contact]
    agents = len(people.free)
    if policy == RANDOM:
        able = 0
        for agent in range(agents):
            able += people.free[agent] and floor.skills[agent, queue] > 0
        wanted = int(centre.contacts.draw[contact] * able)
        for agent in range(agents):
            if people.free[agent] and floor.skills[agent, queue] > 0:
                if wanted == 0:
                    return agent
                wanted -= 1
        return NOBODY
    heavy = centre.contacts.tier[contact] >= HEAVY
    chosen, least, longest = NOBODY, np.inf, np.inf
    for agent in range(agents):
        if not (people.free[agent] and floor.skills[agent, queue] > 0):
            continue
        key = 0.0
        if policy == ROUND_ROBIN:
            key = float((agent - centre.at[CHOSEN] - 1) % agents)
        elif policy == FEWEST_CONTACTS:
            key = float(people.contacts_today[agent])
        elif policy == LEAST_OCCUPIED:
            session = people.session[agent]
            there = people.duty_today[agent] + centre.clock[NOW] - centre.sessions.begins[session]
            key = people.busy_today[agent] / max(there, 1.0)
        elif policy == FEWEST_HEAVY and heavy:
            key = floor.numbers[column.HEAVY_SHIFT, agent]
        idle = floor.numbers[column.IDLE_SINCE, agent]
        if key < least or (key == least and idle < longest):
            chosen, least, longest = agent, key, idle
    return chosen


@compiled
def _link(centre: Centre, contact: int) -> None:
    at, contacts = centre.at, centre.contacts
    contacts.before[contact] = at[LAST]
    contacts.after[contact] = NOBODY
    if at[LAST] >= 0:
        contacts.after[at[LAST]] = contact
    else:
        at[FIRST] = contact
    at[LAST] = contact
    at[WAITING] += 1


@compiled
def _unlink(centre: Centre, contact: int) -> None:
    at, contacts = centre.at, centre.contacts
    before, after = contacts.before[contact], contacts.after[contact]
    if before >= 0:
        contacts.after[before] = after
    else:
        at[FIRST] = after
    if after >= 0:
        contacts.before[after] = before
    else:
        at[LAST] = before
    at[WAITING] -= 1


@compiled
def _push(centre: Centre, instant: float, kind: int, subject: int) -> None:
    at, events = centre.at, centre.events
    place = at[EVENTS]
    order = at[ORDER]
    at[EVENTS] += 1
    at[ORDER] += 1
    while place > 0:
        parent = (place - 1) // 2
        if events.at[parent] <= instant:
            break
        _copy(centre, parent, place)
        place = parent
    events.at[place] = instant
    events.order[place] = order
    events.kind[place] = kind
    events.subject[place] = subject


@compiled
def _pop(centre: Centre) -> None:
    """Take the first event out: the last one sinks from its place."""
    at, events = centre.at, centre.events
    at[EVENTS] -= 1
    size = at[EVENTS]
    if size == 0:
        return
    instant, order = events.at[size], events.order[size]
    kind, subject = events.kind[size], events.subject[size]
    place = 0
    while 2 * place + 1 < size:
        child = 2 * place + 1
        if child + 1 < size and _earlier(centre, child + 1, child):
            child += 1
        if events.at[child] > instant or (events.at[child] == instant and events.order[child] > order):
            break
        _copy(centre, child, place)
        place = child
    events.at[place] = instant
    events.order[place] = order
    events.kind[place] = kind
    events.subject[place] = subject


@compiled
def _earlier(centre: Centre, one: int, other: int) -> bool:
    events = centre.events
    if events.at[one] != events.at[other]:
        return bool(events.at[one] < events.at[other])
    return bool(events.order[one] < events.order[other])


@compiled
def _copy(centre: Centre, source: int, target: int) -> None:
    events = centre.events
    events.at[target] = events.at[source]
    events.order[target] = events.order[source]
    events.kind[target] = events.kind[source]
    events.subject[target] = events.subject[source]
