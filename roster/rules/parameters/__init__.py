"""The parameters of every roster rule: one frozen model a rule, gathered in `Rules`.

The checker in `roster/rules/` and the posting in `optimizer/shifts/rules/` read the same object.
"""

from pydantic import BaseModel, ConfigDict

from roster.rules.parameters.base import FlexibleParameters, RuleParameters
from roster.rules.parameters.load import (
    ExposureBalance,
    Fairness,
    HeavyShiftBudget,
    HeavySuccessions,
    RecoveryDay,
)
from roster.rules.parameters.team import (
    Cover,
    CoverByShift,
    KeepApart,
    KeepTogether,
    Notice,
    Preferences,
    RoleCover,
    Stability,
)
from roster.rules.parameters.working_time import (
    AverageMinutes,
    ConsecutiveDays,
    ConsecutiveNights,
    DailyRest,
    MaxDaysOff,
    MinConsecutiveDays,
    MinDaysOff,
    NightLimits,
    RestAfterNights,
    Weekends,
    WeeklyRest,
)


class Rules(BaseModel):
    """Every rule of a roster by its policy key. A rule left out of a problem file is off."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    one_shift_a_day: RuleParameters = RuleParameters(mode="off")
    daily_rest: DailyRest = DailyRest(mode="off")
    forbidden_successions: RuleParameters = RuleParameters(mode="off")
    weekly_rest: WeeklyRest = WeeklyRest(mode="off")
    consecutive_days: ConsecutiveDays = ConsecutiveDays(mode="off")
    min_consecutive_days: MinConsecutiveDays = MinConsecutiveDays(mode="off")
    min_days_off: MinDaysOff = MinDaysOff(mode="off")
    max_days_off: MaxDaysOff = MaxDaysOff(mode="off")
    consecutive_nights: ConsecutiveNights = ConsecutiveNights(mode="off")
    night_limits: NightLimits = NightLimits(mode="off")
    rest_after_nights: RestAfterNights = RestAfterNights(mode="off")
    contract_minutes: RuleParameters = RuleParameters(mode="off")
    period_minutes: RuleParameters = RuleParameters(mode="off")
    average_minutes: AverageMinutes = AverageMinutes(mode="off")
    shift_counts: FlexibleParameters = FlexibleParameters(mode="off")
    weekends: Weekends = Weekends(mode="off")
    complete_weekends: FlexibleParameters = FlexibleParameters(mode="off")
    availability: RuleParameters = RuleParameters(mode="off")
    time_off: RuleParameters = RuleParameters(mode="off")
    fixed_days_off: RuleParameters = RuleParameters(mode="off")
    pins: RuleParameters = RuleParameters(mode="off")
    preferences: Preferences = Preferences(mode="off")
    heavy_shift_budget: HeavyShiftBudget = HeavyShiftBudget(mode="off")
    heavy_successions: HeavySuccessions = HeavySuccessions(mode="off")
    recovery_day: RecoveryDay = RecoveryDay(mode="off")
    exposure_balance: ExposureBalance = ExposureBalance(mode="off")
    fairness: Fairness = Fairness(mode="off")
    cover: Cover = Cover(mode="off")
    cover_by_shift: CoverByShift = CoverByShift(mode="off")
    role_cover: RoleCover = RoleCover(mode="off")
    keep_together: KeepTogether = KeepTogether(mode="off")
    keep_apart: KeepApart = KeepApart(mode="off")
    stability: Stability = Stability(mode="off")
    notice: Notice = Notice(mode="off")
