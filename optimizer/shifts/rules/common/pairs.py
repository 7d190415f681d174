"""Two people of a pair in a model: who of them is decided here, and whether one of them works an option."""

from collections.abc import Iterable, Iterator

from optimizer.shifts.grid import Option
from optimizer.shifts.model.roster_model import Linear, RosterModel
from roster.problem import Pair, PlannedAgent


class Given:
    """What is worked whatever is decided: the past of everybody, and another team's pins."""

    def __init__(self, roster: RosterModel) -> None:
        self._roster = roster
        self._decided = {agent.id for agent in roster.people}
        self._given: dict[str, frozenset[Option]] = {}

    def pairs(self, pairs: Iterable[Pair]) -> Iterator[tuple[PlannedAgent, PlannedAgent]]:
        """The pairs that this model can speak of: one of the two is decided here, the other too or given."""
        for pair in pairs:
            both = self._roster.problem.agent_of[pair.first], self._roster.problem.agent_of[pair.second]
            known = [agent.id in self._decided or agent.fixed for agent in both]
            if all(known) and not all(agent.fixed for agent in both):
                yield both

    def options(self, agent: PlannedAgent) -> frozenset[Option]:
        """What `agent` works in any case."""
        if agent.id not in self._given:
            self._given[agent.id] = frozenset(self._roster.grid.given(agent))
        return self._given[agent.id]

    def works(self, agent: PlannedAgent, option: Option) -> Linear:
        """The literal of `agent` and `option`, or 0 or 1 where that is not for this model to decide."""
        if agent.id in self._decided and option.day >= 0:
            return self._roster.there(agent, option)
        return 1 if option in self.options(agent) else 0
