"""The fictional people of the Lindenhof Clinic Line: 36 agents in three teams. Nobody here exists."""

from dataclasses import dataclass

DESK = "Patient Desk"
RESULTS = "Results and Medication"
NURSES = "Nurse Advice"


@dataclass(frozen=True, slots=True)
class Person:
    """One agent as the import files describe them; `queues` lists skills, a trailing `+` marks an expert."""

    code: str
    name: str
    team: str
    contract: str
    queues: str
    peer: bool = False

    @property
    def skills(self) -> tuple[tuple[str, int], ...]:
        """(queue, proficiency 2 or 3)."""
        return tuple((queue.rstrip("+"), 3 if queue.endswith("+") else 2) for queue in self.queues.split())


# Ordered so that any stretch from the front keeps every queue staffed: a small demo takes the first few.
PEOPLE: tuple[Person, ...] = (
    Person("amara.okafor", "Amara Okafor", NURSES, "c36", "nurse_advice+ medication bereavement+", peer=True),
    Person("jonas.brandt", "Jonas Brandt", DESK, "c40", "appointments+ billing bereavement", peer=True),
    Person("mei.tanaka", "Mei Tanaka", RESULTS, "c40", "results+ medication appointments", peer=True),
    Person("sofia.lindqvist", "Sofia Lindqvist", NURSES, "c40", "nurse_advice medication results"),
    Person("tomas.novak", "Tomáš Novák", DESK, "c36", "appointments billing+ results"),
    Person("leila.haddad", "Leila Haddad", RESULTS, "c32", "results medication+ bereavement+"),
    Person("david.mensah", "David Mensah", NURSES, "c40", "nurse_advice+ medication"),
    Person("clara.hoffmann", "Clara Hoffmann", DESK, "c24", "appointments+ billing"),
    Person("arjun.rao", "Arjun Rao", RESULTS, "c36", "results medication+ appointments"),
    Person("ines.carvalho", "Inês Carvalho", NURSES, "c32", "nurse_advice+ bereavement+ medication", peer=True),
    Person("pieter.visser", "Pieter Visser", DESK, "c40", "appointments billing"),
    Person("nadia.petrova", "Nadia Petrova", RESULTS, "c24", "results+ medication"),
    Person("yusuf.demir", "Yusuf Demir", DESK, "c36", "appointments billing+ bereavement+"),
    Person("grace.walker", "Grace Walker", NURSES, "c24", "nurse_advice medication results"),
    Person(
        "hanna.virtanen", "Hanna Virtanen", RESULTS, "c40", "results medication appointments bereavement+", peer=True
    ),
    Person("luca.ferrari", "Luca Ferrari", DESK, "c40", "appointments+ billing results"),
    Person("aisha.bello", "Aisha Bello", NURSES, "c36", "nurse_advice medication"),
    Person("marek.kowalski", "Marek Kowalski", DESK, "c32", "appointments billing"),
    Person("eva.jansen", "Eva Jansen", RESULTS, "c32", "results+ medication"),
    Person("samuel.osei", "Samuel Osei", NURSES, "c40", "nurse_advice+ medication bereavement"),
    Person("linh.nguyen", "Linh Nguyen", DESK, "c24", "appointments billing results"),
    Person("oscar.nilsen", "Oscar Nilsen", RESULTS, "c40", "results medication+ appointments"),
    Person("fatima.zahra", "Fatima Zahra", DESK, "c40", "appointments+ billing+ bereavement", peer=True),
    Person("julia.weber", "Julia Weber", NURSES, "c32", "nurse_advice medication results"),
    Person("carlos.moreno", "Carlos Moreno", DESK, "c36", "appointments billing"),
    Person("anya.sharma", "Anya Sharma", NURSES, "c36", "nurse_advice+ results"),
    Person("ben.oconnor", "Ben O'Connor", RESULTS, "c24", "results medication"),
    Person("marie.dubois", "Marie Dubois", DESK, "c32", "appointments billing+"),
    Person("kofi.asante", "Kofi Asante", NURSES, "c24", "nurse_advice medication"),
    Person("elena.popescu", "Elena Popescu", DESK, "c40", "appointments billing results"),
    Person("noah.meyer", "Noah Meyer", RESULTS, "c32", "results medication appointments"),
    Person("rosa.jimenez", "Rosa Jiménez", NURSES, "c40", "nurse_advice medication+"),
    Person("ibrahim.toure", "Ibrahim Touré", DESK, "c24", "appointments+ billing"),
    Person("karin.berg", "Karin Berg", NURSES, "c24", "nurse_advice+ medication results"),
    Person("stefan.ionescu", "Stefan Ionescu", DESK, "c36", "appointments billing"),
    Person("zoe.papadaki", "Zoe Papadaki", DESK, "c32", "appointments billing results"),
)

LEAD = ("maren.vogel", "Maren Vogel")
"""User name and name of the fictional lead who plans and publishes."""
