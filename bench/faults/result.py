"""What one fault did to the forum, as a row of the table."""

from dataclasses import dataclass, field


@dataclass
class Result:
    """`due` promises fell due; `not_once` of them were not escalated exactly once. `failures` are sentences."""

    ran: str
    acknowledged: int = 0
    lost: int = 0
    doubled: int = 0
    due: int = 0
    not_once: int = 0
    complaints: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def wrong(self) -> list[str]:
        """Every number that is not as it must be; empty where the fault did no harm."""
        counted = [("acknowledged writes lost", self.lost), ("effects doubled", self.doubled)]
        counted += [("due questions not escalated exactly once", self.not_once)]
        return [f"{number} {what}" for what, number in counted if number] + self.complaints + self.failures
