"""The errors that Headgate raises on purpose.

HeadgateError
├── BadInputError              the sender's file is rejected; carries file, column, rule, remedy
│   ├── UnknownDatasetError    the object's key names no contract
│   ├── UnreadableFileError    empty, truncated, corrupt, or in a format that the gate does not read
│   └── HeaderError            columns are missing, repeated or blank
├── ContractError              a contract contradicts itself or the ODCS standard
│   └── SchemaChangedError     the source's columns changed, and the contract stops for it (headgate.export)
├── SettingsError              settings of the process are missing
├── AuditError                 an output breaks its own contract; it was not published
│   ├── CertificateError       an exported table differs from its source (headgate.export)
│   └── ImpossibleDateError    the source has a date that does not exist, and the export stops
├── GateError                  a snapshot failed its Great Expectations suite; analytics did not run
├── QueryError                 Athena refused or failed a query
│   └── PersonalColumnError    the statement names a column about people (headgate.query)
└── ServiceError               a service failed
    ├── NotPermittedError      the role lacks a permission
    ├── NotFoundError          the object, record, table or secret does not exist
    ├── ConflictError          somebody else changed it first; read again and retry
    ├── ThrottledError         the service throttled the request; retry later
    └── SourceLostError        the connection to the source database was lost (headgate.export)

No message contains the value of a cell, because it may be a card number.
"""


class HeadgateError(Exception):
    """Base of every error that Headgate raises on purpose."""


class BadInputError(HeadgateError):
    """A file is rejected. Its sender can correct it; the original stays in raw.

    Args:
        rule: the stable reason code of the gate (`unknown_dataset`, `empty_file`, …).
        message: the error, without values of cells.
        remedy: what the sender can do.
        file: the object's key, if known.
        column: the column, if the error concerns one.
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
    """The object's key names no contract."""


class UnreadableFileError(BadInputError):
    """The file is empty, truncated, corrupt, or in a format that the gate does not read.

    Attributes:
        columns: the columns that the error concerns, if there are several.
    """

    columns: tuple[str, ...] = ()


class HeaderError(BadInputError):
    """Columns are missing, repeated or blank."""


class ContractError(HeadgateError):
    """A contract contradicts itself or the ODCS standard."""


class SettingsError(HeadgateError):
    """Settings of the process are missing; the message names every missing variable."""


class AuditError(HeadgateError):
    """An output breaks its own contract; it was not published."""


class GateError(HeadgateError):
    """A snapshot failed its Great Expectations suite; analytics did not run."""


class QueryError(HeadgateError):
    """Athena refused or failed a query."""


class ServiceError(HeadgateError):
    """A service failed."""


class NotPermittedError(ServiceError):
    """The role lacks a permission."""


class NotFoundError(ServiceError):
    """The object, record, table or secret does not exist."""


class ConflictError(ServiceError):
    """Somebody else changed it first; read again and retry."""


class ThrottledError(ServiceError):
    """The service throttled the request; retry later."""
