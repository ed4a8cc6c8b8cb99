"""Every error Headgate raises on purpose.

HeadgateError
├── BadInputError              the sender's file is rejected; carries file, column, rule, remedy
│   ├── UnknownDatasetError    no contract is meant by the object's key
│   ├── UnreadableFileError    empty, truncated, corrupt, or not of a format the gate reads
│   └── HeaderError            columns missing, doubled or blank
├── ContractError              a contract contradicts itself or the ODCS standard
│   └── SchemaChangedError     the source's columns differ from a contract that stops for it (headgate.export)
├── SettingsError              the process was started without what it needs
├── AuditError                 an output breaks its own contract; it was not published
│   ├── CertificateError       what an export wrote is not what the source holds (headgate.export)
│   └── ImpossibleDateError    the source has a date on no calendar, and the export stops for it
├── GateError                  a snapshot failed its Great Expectations suite; analytics did not run
├── QueryError                 Athena refused or failed a query
└── ServiceError               a service did not do what was asked
    ├── NotPermittedError      the role lacks a permission
    ├── NotFoundError          the object, record, table or secret does not exist
    ├── ConflictError          somebody else changed it first; read again and retry
    ├── ThrottledError         the service throttled the request; retry later
    └── SourceLostError        the connection to the source database was lost (headgate.export)

No message carries the value of a cell: a value may be a card number.
"""


class HeadgateError(Exception):
    """Base of every error that Headgate raises on purpose."""


class BadInputError(HeadgateError):
    """A file is rejected. Its sender can correct it; the original stays in raw.

    Args:
        rule: the reason code, one of the gate's stable vocabulary (`unknown_dataset`, `empty_file`, …).
        message: what is wrong, without any cell's value.
        remedy: what the sender can do about it.
        file: the object's key, where it is known.
        column: the column concerned, where there is one.
    """

    def __init__(self, *, rule: str, message: str, remedy: str, file: str = "", column: str = "") -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message
        self.remedy = remedy
        self.file = file
        self.column = column

    def __str__(self) -> str:
        where = ", ".join(
            part for part in (self.file, f"column {self.column}" if self.column else "") if part
        )
        text = f"{self.message} [rule {self.rule}] Remedy: {self.remedy}"
        return f"{where}: {text}" if where else text


class UnknownDatasetError(BadInputError):
    """No contract is meant by the object's key."""


class UnreadableFileError(BadInputError):
    """The bytes are empty, truncated, corrupt, or of no format that the gate reads."""


class HeaderError(BadInputError):
    """Columns are missing, doubled or blank."""


class ContractError(HeadgateError):
    """A contract contradicts itself or the ODCS standard."""


class SettingsError(HeadgateError):
    """The process was started without what it needs; the message names every missing variable."""


class AuditError(HeadgateError):
    """An output breaks its own contract; it was not published."""


class GateError(HeadgateError):
    """A snapshot failed its Great Expectations suite; analytics did not run."""


class QueryError(HeadgateError):
    """Athena refused or failed a query."""


class ServiceError(HeadgateError):
    """A service did not do what was asked."""


class NotPermittedError(ServiceError):
    """The role lacks a permission."""


class NotFoundError(ServiceError):
    """The object, record, table or secret does not exist."""


class ConflictError(ServiceError):
    """Somebody else changed it first; read again and retry."""


class ThrottledError(ServiceError):
    """The service throttled the request; retry later."""
